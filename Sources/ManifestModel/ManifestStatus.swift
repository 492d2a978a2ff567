/// What a manifest says of the last run of its asset: mad_prefect's `ManifestRunStatus`.
public enum ManifestStatus: String, Sendable, CaseIterable {
  /// The run materialized.
  case success
  /// The run was recorded as failed.
  case failed
  /// Nothing was said; also the value of a manifest without the field.
  case unknown
}
