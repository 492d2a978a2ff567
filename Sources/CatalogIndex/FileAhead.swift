package import ManifestModel

/// A file with a time that lies ahead of the clock.
package struct FileAhead: Sendable {
  package let asset: AssetIdentifier
  /// The run whose metadata it is; `nil` for the manifest.
  package let runID: String?
}
