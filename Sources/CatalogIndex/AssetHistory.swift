package import ManifestModel

/// One asset with all its runs, as it stands by the clock of an answer.
package struct AssetHistory: Sendable {
  package let asset: AssetIdentifier
  /// The newest materialization that is not ahead of the clock, in microseconds.
  package internal(set) var lastMaterialized: Int64?
  /// Whether it cannot be told when the asset was last materialized.
  package internal(set) var isUnknown: Bool
  /// Newest first, without their errors.
  package internal(set) var runs: [RunEntry]
  /// Whether another id of the name materialized later; told only if that was wished for.
  package internal(set) var isSuperseded = false
  /// What the manifest names; told only if that was wished for.
  package internal(set) var artifacts: [String] = []

  /// The same from a look at the files of an asset, by the rules of the index.
  package init(_ change: AssetChange, at now: Int64) {
    var whole = IndexedAsset(change.asset)
    whole.apply(change)
    whole.derive(at: now)
    let last = whole.materialized(upTo: ClockTolerance.latest(now))?.time
    asset = change.asset
    lastMaterialized = last
    isUnknown = last == nil && (whole.isUnread || whole.lastMaterialized != nil)
    runs = whole.runs.sorted { $0.beganAfter($1) }.compactMap { RunEntry($0, of: whole, lastMaterialized: last) }
  }

  init(_ asset: AssetIdentifier, lastMaterialized: Int64?, isUnknown: Bool) {
    self.asset = asset
    self.lastMaterialized = lastMaterialized
    self.isUnknown = isUnknown
    runs = []
  }
}
