import AssetCatalog
import ManifestModel

extension [FreshnessRow] {
  /// The rows in the order of their names and ids. Places are sorted and not rows, which are large.
  func inOrderOfNames() -> [FreshnessRow] {
    let assets = map(\.asset)
    return indices.sorted { assets[$0] < assets[$1] }.map { self[$0] }
  }
}
