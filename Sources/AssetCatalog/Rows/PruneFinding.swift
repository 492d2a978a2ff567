package import ManifestModel

/// What a thinning of the runs found.
package enum PruneFinding: Sendable {
  /// A run that goes, or would go.
  case run(PrunedRun)
  /// A file or folder that stays because nobody can tell what it is, and why; its path is relative to the storage root.
  case left(asset: AssetIdentifier, path: String, reason: String)
  /// What could not be removed or looked at.
  case failure(TreeWorkFailure)
}
