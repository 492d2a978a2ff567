internal import CatalogIndex
internal import StoredTree

/// A stretch of the tree read again, but for the assets in it, which are passed on one by one.
struct ReadPiece: Sendable {
  var folders: [(name: String, seen: SeenFile)] = []
  var problems: [ProblemScope] = []
  var filesRead = 0
  var names = 0
}
