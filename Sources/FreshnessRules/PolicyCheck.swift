/// A check and how much it matters.
package struct PolicyCheck<Limit: Sendable>: Sendable {
  package var limit: Limit
  /// Whether a finding is an error and not only a warning.
  package var isError: Bool

  package init(_ limit: Limit, isError: Bool = false) {
    self.limit = limit
    self.isError = isError
  }
}
