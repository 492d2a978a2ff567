/// Where the time of the last materialization was found.
public enum MaterializationSource: String, Sendable {
  /// In the manifest.
  case manifest
  /// In the newest materialized run; the manifest gave none, or an older one.
  case runs
}
