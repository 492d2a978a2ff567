internal import CatalogIndex
internal import ManifestModel
internal import ManifestStore
internal import StoredTree

/// What one thread found in a stretch of the tree.
struct StretchPiece: Sendable {
  /// Name folders whose listing was news.
  var folders: [(name: String, seen: SeenFile)] = []
  /// Name folders that the index has and the listing of the tree has not.
  var missingFolders: [String] = []
  /// Assets that the index has and the listing of their name folder has not.
  var missingAssets: [AssetIdentifier] = []
  var changes: [AssetChange] = []
  /// What is wrong with name folders.
  var problems: [ProblemScope] = []
  var unchanged = 0
  var filesRead = 0
  var names = 0
  var planned: [(action: PlannedAction, path: String)] = []
  /// About how many bytes all of this takes.
  private(set) var weight = 0

  mutating func append(_ change: AssetChange) {
    changes.append(change)
    weight += change.weight
  }
}
