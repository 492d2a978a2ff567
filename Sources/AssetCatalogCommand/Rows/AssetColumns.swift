import AssetCatalog
import ManifestModel

extension Column {
  /// The two columns that say which asset a row is about.
  static func asset(_ asset: @escaping @Sendable (Row) -> AssetIdentifier?) -> [Column] {
    [
      Column("asset_name", "NAME", shortening: .reluctant) { .text(asset($0)?.name) },
      Column("asset_id", "ID") { .text(asset($0)?.id) },
    ]
  }
}

extension Column where Row == AssetRow {
  /// The list of all assets.
  static let assets: [Column] =
    asset { $0.asset } + [
      Column("last_materialized", "LAST MATERIALIZED", shortening: .reluctant) { .time($0.lastMaterialized) },
      Column("last_status", "LAST STATUS", shortening: .reluctant) {
        $0.isUnknown && $0.lastStatus == nil
          ? .remarked(nil, remark: "unreadable") : .text($0.lastStatus?.rawValue, isLastGood: $0.isDamaged)
      },
      Column("last_run_id", nil) { .text($0.lastRunID) },
      Column("last_error", "LAST ERROR") { .text($0.lastError) },
      Column("asset_signature", nil) { .text($0.signature) },
      Column("updated_at", nil) { .time($0.updatedAt) },
      Column("source", nil) { .text($0.source?.rawValue) },
      Column("run_count", "RUNS", shortening: .reluctant, isRightAligned: true, isExpendable: true) {
        .integer($0.runCount)
      },
      Column("manifest_path", nil) { .text($0.manifestPath) },
      Column("damaged", nil) { .flag($0.isDamaged) },
    ]
}

extension Column where Row == ArtifactRow {
  /// Recorded artifacts, and whether they are there.
  static let artifacts: [Column] =
    asset { $0.asset } + [
      Column("path", "PATH", shortening: .start) { .text($0.path) },
      Column("exists", "EXISTS", shortening: .reluctant) { .flag($0.exists) },
    ]
}

extension Column where Row == DriftRow {
  /// Assets that drifted.
  static let drift: [Column] =
    asset { $0.asset } + [
      Column("kind", "KIND", shortening: .reluctant) { .text($0.kind.rawValue) },
      Column("configuration_count", "IDS OF THE NAME", shortening: .reluctant, isRightAligned: true, isExpendable: true)
      {
        .integer($0.configurationCount)
      },
      Column("asset_signature", "SIGNATURE") { .text($0.signature) },
      Column("expected_signature", "EXPECTED") { .text($0.expectedSignature) },
      Column("last_materialized", "LAST MATERIALIZED", shortening: .reluctant, isExpendable: true) {
        .time($0.lastMaterialized)
      },
    ]
}
