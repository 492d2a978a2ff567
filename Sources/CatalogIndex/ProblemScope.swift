/// All that is wrong as far as one look at one place could tell: it replaces what an earlier look there found.
package struct ProblemScope: Sendable {
  /// The bytes of the path that was looked at, relative to the storage root.
  package var scope: [UInt8]
  package var problems: [IndexedProblem]

  package init(scope: [UInt8], problems: [IndexedProblem]) {
    self.scope = scope
    self.problems = problems
  }
}
