package import ManifestModel
package import StoredTree

/// What a writer left in an asset's folder.
package struct WrittenAsset: Sendable {
  package var asset: AssetIdentifier
  /// The manifest, if one was written. The revision is that of its file, or `nil` where somebody else has changed the
  /// file since: what is there now must be read.
  package var manifest: (value: Manifest, revision: Revision?)?
  /// The runs whose metadata was written, in the order of the bytes of their ids.
  package var runs: [(id: String, metadata: RunMetadata, revision: Revision?)] = []

  var isEmpty: Bool { manifest == nil && runs.isEmpty }
}

/// What became of reports that were to be written together.
package struct WriteOutcome: Sendable {
  /// For each report, in the order given: the run's metadata as it was written, or why it was not.
  package var results: [Result<RunMetadata, StoreError>]
  /// The assets that were written to, in the order of their bytes.
  package var assets: [WrittenAsset] = []
}

/// Decides under the lock of an asset, from all that its folder holds, whether a report may be written; throws if not.
package typealias WritePermission = (AssetIdentifier, AssetLook) throws(StoreError) -> Void
