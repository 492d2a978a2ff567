package import ManifestModel
package import StoredTree

/// A manifest that tells less than the runs of its asset, and what they imply.
package struct ManifestRepair: Sendable {
  package var asset: AssetIdentifier
  package var reason: RepairReason
  /// What is wrong with one that is unreadable.
  package var detail: String?
  package var before: Manifest?
  package var after: Manifest
}

extension AssetLook {
  /// What is to be written in the place of the manifest; `nil` where it is sound, or nothing is known that it could
  /// tell.
  ///
  /// - Throws: `cannotWrite` where the manifest or a run is beyond a limit of the catalog, or something that is no file
  ///   is in the manifest's place; `busy` where the manifest or a run is being written; `inputOutput` where one cannot
  ///   be read; `refused` where the manifest is damaged and no run has ended.
  package func repair(
    of asset: AssetIdentifier, at now: Timestamp, root: String, layout: MetadataLayout
  ) throws(StoreError) -> ManifestRepair? {
    let path = root + "/" + layout.manifestPath(asset)
    var former: Manifest?
    var reason = RepairReason.behind
    var detail: String?
    switch manifest {
    case .good(let value, _): former = value
    case .absent: reason = .missing
    case .bad(.invalidJSON, let message, _), .bad(.invalidManifest, let message, _):
      (reason, detail) = (.unreadable, message)
    case .bad(.unreadable, let message, _):
      throw StoreError(.inputOutput, "\(path) was left alone: \(message) Make it readable, and repair again.")
    case .bad(_, let message, _):
      throw StoreError(.cannotWrite, "\(path) was left alone: \(message) Move it away, and repair again.")
    case .torn: throw StoreError(.busy, "\(path) is being written, as far as can be seen: try again.")
    }
    guard let after = Manifest.implied(by: runs, after: former, of: asset, layout: layout, at: now) else {
      if reason == .unreadable {
        throw StoreError(
          .refused, "\(path) cannot be repaired, since no run tells how it ended: record a run, or remove the file.")
      }
      return nil
    }
    if let obstacle {
      throw StoreError(
        obstacle.code,
        "\(path) was left alone, since the run \(obstacle.run) may be the newest: \(obstacle.message) \(Self.wayOut(obstacle.code))"
      )
    }
    return ManifestRepair(asset: asset, reason: reason, detail: detail, before: former, after: after)
  }

  private static func wayOut(_ code: StoreError.Code) -> String {
    switch code {
    case .busy: "Try again."
    case .inputOutput: "Make it readable, and repair again."
    default: "Move it away, and repair again."
    }
  }
}
