/// How far long work has come.
package struct CatalogProgress: Sendable {
  /// Names of assets looked at so far; a name has one asset for each of its ids.
  package let completed: Int
  /// How many there will be, as far as is known; an estimate.
  package let total: Int?

  /// Progress from its parts.
  package init(completed: Int, total: Int?) {
    self.completed = completed
    self.total = total
  }
}
