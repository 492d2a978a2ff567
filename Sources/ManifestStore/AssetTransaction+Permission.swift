internal import ManifestModel
internal import StoredTree

extension AssetTransaction {
  /// Looks at all that the folder holds, as permission is given by it.
  ///
  /// What is being written at this moment may be what decides: then the caller has to try again.
  func lookForPermission() throws(StoreError) -> AssetLook {
    let look = try reader.look(at: asset, at: now)
    if case .torn = look.manifest { throw beingWritten(layout.manifestPath(asset)) }
    if let obstacle = look.obstacle, obstacle.code == .busy {
      throw beingWritten(layout.runMetadataPath(asset, runID: obstacle.run))
    }
    return look
  }

  /// Asks whether another report may be written.
  ///
  /// - Parameter look: what the folder held before this transaction; what its reports make of their runs is added.
  func ask(_ permission: WritePermission, _ look: AssetLook) throws(StoreError) {
    try permission(asset, look.after(runs.map { RunOnDisk(id: $0.id, metadata: $0.metadata, writtenAt: now) }))
  }

  private func beingWritten(_ file: String) -> StoreError {
    StoreError(.busy, "\(absolute(file)) is being written: try again.")
  }
}
