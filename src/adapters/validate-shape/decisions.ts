/** What counts in one grammar of the tree-sitter kind. Everything else about a language is the same for all. */
export interface Grammar {
  readonly functions: ReadonlySet<string>
  /** Nodes that add a way through the function. */
  readonly decisions: ReadonlySet<string>
  /** Nodes that do so unless they are the case for everything else. */
  readonly cases: ReadonlySet<string>
  /** Nodes that do so with one of the operators below. */
  readonly binaries: ReadonlySet<string>
}

/** Operators that leave out their right side. */
export const shortCircuits: ReadonlySet<string> = new Set(['&&', '||', '??', '&&=', '||=', '??=', 'and', 'or', 'xor'])

function grammar(functions: string, decisions: string, cases: string, binaries: string): Grammar {
  const toSet = (words: string): ReadonlySet<string> => new Set(words.split(' ').filter((word) => word !== ''))
  return { functions: toSet(functions), decisions: toSet(decisions), cases: toSet(cases), binaries: toSet(binaries) }
}

const javaScript = grammar(
  'function_declaration function_expression generator_function generator_function_declaration arrow_function method_definition',
  'if_statement for_statement for_in_statement while_statement do_statement switch_case catch_clause ternary_expression', '', 'binary_expression augmented_assignment_expression')

/** McCabe's decisions (A Complexity Measure, 1976) with short-circuit operators, as linters count them, by grammar. */
export const grammars: Readonly<Record<string, Grammar>> = {
  javascript: javaScript, typescript: javaScript, tsx: javaScript,
  python: grammar('function_definition lambda', 'if_statement elif_clause for_statement while_statement except_clause except_group_clause conditional_expression for_in_clause if_clause', 'case_clause', 'boolean_operator'),
  go: grammar('function_declaration method_declaration func_literal', 'if_statement for_statement expression_case type_case communication_case', '', 'binary_expression'),
  rust: grammar('function_item closure_expression', 'if_expression while_expression loop_expression for_expression', 'match_arm', 'binary_expression let_chain'),
  java: grammar('method_declaration constructor_declaration compact_constructor_declaration lambda_expression', 'if_statement for_statement enhanced_for_statement while_statement do_statement catch_clause ternary_expression', 'switch_label', 'binary_expression'),
  'c-sharp': grammar('method_declaration constructor_declaration local_function_statement lambda_expression anonymous_method_expression accessor_declaration operator_declaration', 'if_statement for_statement foreach_statement while_statement do_statement catch_clause conditional_expression', 'switch_section switch_expression_arm', 'binary_expression'),
  cpp: grammar('function_definition lambda_expression', 'if_statement for_statement for_range_loop while_statement do_statement catch_clause conditional_expression', 'case_statement', 'binary_expression'),
  ruby: grammar('method singleton_method lambda', 'if elsif unless while until for when in_clause rescue conditional if_modifier unless_modifier while_modifier until_modifier rescue_modifier', '', 'binary operator_assignment'),
  php: grammar('function_definition method_declaration anonymous_function anonymous_function_creation_expression arrow_function', 'if_statement else_if_clause for_statement foreach_statement while_statement do_statement case_statement match_conditional_expression catch_clause conditional_expression', '', 'binary_expression augmented_assignment_expression'),
  bash: grammar('function_definition', 'if_statement elif_clause for_statement c_style_for_statement while_statement', 'case_item', 'list'),
}

/** How the case for everything else begins, in any of the languages. */
export const everythingElse = /^(default\b|_\s*(=>|,|:)|case\s+_\s*:|\(?\*\s*\))/
