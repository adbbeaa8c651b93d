/** Where tests lie, as globs: what a test writer may write. Kept in step with `test-places` by a test. */
export const testGlobs: readonly string[] = [
  '**/{test,tests,__tests__,spec,specs,e2e,testdata,fixtures}/**',
  '**/*.{test,spec}.{js,jsx,ts,tsx,mjs,cjs,mts,cts}',
  '**/test_*.py', '**/*_test.{py,go,rb,exs,c,cc,cpp,dart}', '**/*_spec.rb', '**/*{Test,Tests}.{java,kt,cs,php,scala}', '**/*.bats',
]
