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

  /// Takes in what was written to the same asset afterwards.
  mutating func take(_ later: WrittenAsset) {
    manifest = later.manifest ?? manifest
    runs.removeAll { run in later.runs.contains { $0.id.hasSameBytes(as: run.id) } }
    runs += later.runs
    runs.sort { $0.id.precedesInBytes($1.id) }
  }
}

/// What became of reports that were to be written together.
package struct WriteOutcome: Sendable {
  /// For each report, in the order given: the run's metadata as it was written, or why it was not.
  package var results: [Result<RunMetadata, StoreError>]
  /// The assets that were written to, in the order of their bytes.
  package var assets: [WrittenAsset] = []

  mutating func add(_ written: WrittenAsset) {
    if !written.isEmpty { assets.append(written) }
  }

  /// Brings the assets into their order, and makes one of what was written to an asset in several turns.
  mutating func sortAssets() {
    var sorted: [WrittenAsset] = []
    for place in assets.indices.sorted(by: { (assets[$0].asset, $0) < (assets[$1].asset, $1) }) {
      let next = assets[place]
      guard var last = sorted.popLast() else {
        sorted.append(next)
        continue
      }
      if last.asset == next.asset {
        last.take(next)
        sorted.append(last)
      } else {
        sorted += [last, next]
      }
    }
    assets = sorted
  }
}

/// Decides under the lock of an asset, from all that its folder holds, whether a report may be written; throws if not.
package typealias WritePermission = (AssetIdentifier, AssetLook) throws(StoreError) -> Void
