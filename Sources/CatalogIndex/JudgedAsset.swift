package import ManifestModel

/// An asset with its runs, as it stands by the clock of an answer.
package struct JudgedAsset: Sendable {
  package let asset: AssetIdentifier
  let key: Int64
  /// Newest first.
  package let runs: [RunEntry]
  /// As the index has them, for what was counted there.
  let indexedRuns: [RunEntry]
}
