import AssetCatalog
import ManifestModel

extension Column where Row == RepairedManifest {
  /// Manifests that were repaired, or are to be.
  static let repairs: [Column] = [
    Column("asset_name", "NAME", shortening: .start) { .text($0.asset.name) },
    Column("asset_id", "ID", isExpendable: true) { .text($0.asset.id) },
    Column("path", nil) { .text($0.path) },
    Column("reason", "REASON", shortening: .reluctant) { .text($0.reason.rawValue) },
    Column("changes", "OLD AND NEW") { .text($0.changes.joined(separator: "; ")) },
    Column("detail", nil) { .text($0.detail) },
    Column("before", nil) { $0.before.map { .record(RepairedManifest.fields(of: $0)) } ?? .null },
    Column("after", nil) { .record(RepairedManifest.fields(of: $0.after)) },
    Column("written", nil) { .flag($0.isWritten) },
  ]
}

extension RepairedManifest {
  /// What people want to see of a manifest.
  fileprivate static func fields(of manifest: Manifest) -> [Cell.Field] {
    [
      Cell.Field("last_materialized", .time(manifest.lastMaterialized)),
      Cell.Field("last_run_id", .text(manifest.lastRun?.id)),
      Cell.Field("last_status", .text(manifest.lastStatus.rawValue)),
      Cell.Field("last_error", .text(manifest.lastError)),
      Cell.Field("last_artifacts", .texts(manifest.lastArtifacts)),
      Cell.Field("asset_signature", .text(manifest.signature)),
      Cell.Field("updated_at", .time(manifest.updatedAt)),
    ]
  }

  /// What changes, as `last_run_id: r1 -> r2`; of what was not known, only what is now.
  fileprivate var changes: [String] {
    let old = before.map(Self.texts)
    return Self.texts(of: after).enumerated().compactMap { index, new in
      let former = old.flatMap { $0[index].value }
      if former == new.value { return nil }
      return former.map { "\(new.key): \($0) -> \(new.value ?? "none")" } ?? new.value.map { "\(new.key): \($0)" }
    }
  }

  private static func texts(of manifest: Manifest) -> [(key: String, value: String?)] {
    fields(of: manifest).map { field in
      switch field.value {
      case .text(let text): (field.key, text)
      case .time(let time): (field.key, HumanText.time(time))
      case .texts(let texts): (field.key, texts.isEmpty ? nil : texts.joined(separator: ", "))
      default: (field.key, nil)
      }
    }
  }
}

extension Column where Row == PrunedRun {
  /// Runs whose folders go.
  static let pruned: [Column] = [
    Column("asset_name", "NAME", shortening: .start) { .text($0.asset.name) },
    Column("asset_id", "ID", isExpendable: true) { .text($0.asset.id) },
    Column("run_id", "RUN") { .text($0.runID) },
    Column("path", nil) { .text($0.path) },
    Column("started_at", "STARTED AT", shortening: .reluctant) { .time($0.startedAt) },
    Column("outcome", "OUTCOME", shortening: .reluctant) { .text($0.outcome.rawValue) },
    Column("bytes", "BYTES", isRightAligned: true) { .integer($0.bytes) },
    Column("removed", nil) { .flag($0.isRemoved) },
  ]
}
