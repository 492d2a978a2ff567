import AssetCatalog
import ManifestModel

/// Everything that `show` tells of one asset.
struct AssetDetails: Sendable {
  let row: AssetRow
  let manifest: Manifest?
  let artifacts: [ArtifactRow]
  let artifactFacts: [RunArtifactRow]
  let runs: [RunRow]
  let summary: RunSummary
  let problems: [ProblemRow]

  init(_ row: AssetRow, in catalog: Catalog, runLimit: Int) throws(CatalogError) {
    self.row = row
    // A manifest that cannot be read is among the problems; the row holds what was last good.
    manifest = row.isDamaged ? nil : try catalog.manifest(of: row.asset)
    artifacts = try catalog.artifacts(of: row.asset).rows
    artifactFacts = try catalog.artifactFacts(of: row.asset).rows
    runs = try catalog.runs(of: row.asset, limit: runLimit).rows
    summary = try catalog.runSummary(of: row.asset)
    problems = try catalog.problems(of: row.asset).rows
  }

  /// The screen of one asset.
  func write(generatedAt: Timestamp, root: String, to output: inout ByteSink) throws {
    try CardForm().write([section(now: generatedAt)], to: &output)
    func table<Row>(_ title: String, _ columns: [Column<Row>], _ rows: [Row]) throws {
      guard !rows.isEmpty else { return }
      output.append("\n\(HazardousText.visible(title))\n")
      let report = Report(
        columns: columns, rows: rows, generatedAt: generatedAt, asOf: nil, root: root, emptySentence: "")
      try TableForm.standard(indentation: 2).write(report, to: &output)
    }
    try table("Artifacts", Column.artifacts.filter { !$0.key.hasPrefix("asset_") }, artifacts)
    try table("As run \(artifactFacts.first?.runID ?? "") recorded them", Column.artifactFacts, artifactFacts)
    let hidden = summary.count > runs.count ? " (the newest \(runs.count) of \(HumanText.count(summary.count)))" : ""
    try table("Runs\(hidden)", Column.runFacts, runs)
    try table("Problems", Column.problems, problems)
  }

  private func section(now: Timestamp) -> CardForm.Section {
    func spelled(_ time: Timestamp?) -> String {
      time.map { "\(HumanText.time($0)) (\(HumanText.ago(from: $0, to: now)))" } ?? "-"
    }
    var lines = [
      ("id", row.asset.id),
      ("last materialized", spelled(row.lastMaterialized) + (row.source == .runs ? ", as the runs say" : "")),
      ("last status", row.lastStatus?.rawValue ?? "-"),
      ("last run", row.lastRunID ?? "-"),
      ("last error", row.lastError.map { $0.withoutTerminalSequences } ?? "-"),
      ("signature", row.signature ?? "-"),
      ("updated at", spelled(row.updatedAt)),
      ("manifest", row.manifestPath ?? "none"),
    ]
    if row.isDamaged {
      let isNeverGood = row.isUnknown || row.updatedAt == nil && row.signature == nil
      lines.append(
        (
          "",
          isNeverGood ? "cannot be read, and never could" : "cannot be read at present; these are its last good values"
        ))
    }
    if let manifest, manifest.lastRun?.id != row.lastRunID || manifest.lastStatus != row.lastStatus {
      let own = "\(manifest.lastStatus.rawValue) of run \(manifest.lastRun?.id ?? "-")"
      lines.append(("the manifest's own", own + (manifest.lastError.map { ": \($0)" } ?? "")))
    }
    if let unknown = manifest?.unknownFields, !unknown.isEmpty {
      lines.append(("further fields", unknown.map(\.key).joined(separator: ", ")))
    }
    lines.append(("runs", summary.sentence))
    return CardForm.Section(title: row.asset.name, lines: lines.map { (label: $0.0, text: $0.1) })
  }
}

extension Column where Row == AssetDetails {
  /// One asset in full, for programs.
  static let details: [Column] =
    Column<AssetRow>.assets.map { column in Column(column.key, column.title) { column.value($0.row) } } + [
      Column("manifest_last_status", nil) { .text($0.manifest?.lastStatus.rawValue) },
      Column("manifest_last_error", nil) { .text($0.manifest?.lastError) },
      Column("last_run", nil) { .lastRun($0.manifest?.lastRun) },
      Column("summary", nil) { .record($0.summary.fields) },
      Column("artifacts", nil) { .records($0.artifacts, Column<ArtifactRow>.artifacts) },
      Column("artifact_facts", nil) { .records($0.artifactFacts, Column<RunArtifactRow>.artifactFacts) },
      Column("runs", nil) { .records($0.runs, Column<RunRow>.runFacts) },
      Column("problems", nil) { .records($0.problems, Column<ProblemRow>.problems) },
    ]
}

extension Cell {
  /// Rows as records, described by the columns of their own question.
  fileprivate static func records<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> Cell {
    let inner = columns.filter { $0.key != "asset_name" && $0.key != "asset_id" }
    return .records(rows.map { row in inner.map { Field($0.key, $0.value(row)) } })
  }

  fileprivate static func lastRun(_ run: ManifestRun?) -> Cell {
    guard let run else { return .null }
    return .record([
      Field("id", .text(run.id)),
      Field("metadata_path", .text(run.metadataPath)),
      Field("materialized", .time(run.materialized)),
      Field("artifact_paths", .texts(run.artifactPaths)),
    ])
  }
}
