package import ManifestModel
package import StoredTree

/// Word that a file of the tree may have been written or removed. It may come late, twice, in any order, or be wrong:
/// what counts is what is read then.
package struct TreeHint: Hashable, Sendable {
  package var asset: AssetIdentifier
  package var file: TreeFile

  package init(_ file: TreeFile, of asset: AssetIdentifier) {
    self.asset = asset
    self.file = file
  }

  /// What a path tells of; `nil` for one of no file of the catalog.
  ///
  /// - Parameter path: the bytes of the path below the metadata folder.
  package init?(path: ArraySlice<UInt8>) {
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 3 || parts.count == 4,
      case .value(let name) = parts[0].withUnsafeBytes(MetadataLayout.assetName(in:)),
      case .value(let id) = parts[1].withUnsafeBytes(MetadataLayout.assetID(in:))
    else { return nil }
    let asset = AssetIdentifier(name: name, id: id)
    if parts.count == 3 {
      guard parts[2].elementsEqual(MetadataLayout.manifestFileName.utf8) else { return nil }
      self.init(.manifest, of: asset)
    } else {
      guard case .value(let run) = parts[2].withUnsafeBytes(MetadataLayout.runID(in:)),
        parts[3].elementsEqual(MetadataLayout.runMetadataFileName.utf8)
      else { return nil }
      self.init(.run(run), of: asset)
    }
  }
}
