import { Option, type Command } from 'commander'
import { amount, collect, wholeNumber } from './arguments.ts'

/** What is said of a goal on the command line, by `writ run` and `writ plan`. */
export function addGoalOptions(command: Command): Command {
  return command
    .option('--check <command>', 'a command that exits with 0 when the goal is met (repeatable; found in the repository where none is given)', collect)
    .option('--scope <glob>', 'paths that may change (repeatable; default: all)', collect)
    .option('--constraint <text>', 'something that must hold of the result (repeatable)', collect)
    .option('--deadline <when>', 'when to stop: 20m, 2h, or an instant like 2026-05-01T12:00:00Z')
    .option('--max-turns <n>', 'most model turns (default 200)', wholeNumber)
    .option('--max-budget-usd <amount>', 'most money to spend', amount)
    .option('--model <provider/id>', 'the model to ask, like openai/gpt-5.5, anthropic/claude-opus-5-5, openai-compatible/qwen3')
    .addOption(new Option('--effort <level>', 'how hard the model should think').choices(['low', 'medium', 'high', 'xhigh']))
    .addOption(new Option('--solver <which>', 'a model, or the built-in repair engine; auto (the default) lets the engine try failing tests for some seconds before the model').choices(['auto', 'model', 'repair']))
    .option('--contract <file>', 'goal, checks, scope and bounds from a YAML file (schemas/contract.schema.json)')
}

/** From which content of which repository. */
export function addBaseOptions(command: Command): Command {
  return command
    .option('--repo <dir>', 'the repository (default: the one around the working directory)')
    .option('--base <rev>', 'start from this commit instead of HEAD')
    .option('--include-dirty', 'start from HEAD plus the uncommitted changes')
}
