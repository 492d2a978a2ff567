internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// What a reconcile would do to one path.
package enum PlannedAction: String, Sendable {
  case add, change, remove
}
