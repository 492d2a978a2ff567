package import ManifestModel

/// Decides under the lock of an asset, from all that its folder holds, whether reports may be written; throws if not.
package typealias WritePermission = (AssetIdentifier, AssetLook) throws(StoreError) -> Void

extension AssetTransaction {
  /// Asks whether reports may be written.
  ///
  /// What is being written at this moment may be what decides: then the caller has to try again.
  func ask(_ permission: WritePermission) throws(StoreError) {
    let look = try reader.look(in: folder.descriptor, at: now)
    if case .torn = look.manifest { throw beingWritten(layout.manifestPath(asset)) }
    if let obstacle = look.obstacle, obstacle.code == .busy {
      throw beingWritten(layout.runMetadataPath(asset, runID: obstacle.run))
    }
    try permission(asset, look)
  }

  private func beingWritten(_ file: String) -> StoreError {
    StoreError(.busy, "\(absolute(file)) is being written: try again.")
  }
}
