package import ManifestModel

/// A manifest as mad_prefect 2.3.0 prints it: four spaces, fixed order of keys, everything outside ASCII escaped, no
/// final newline. Written out here without the product's encoder.
package struct ManifestText: Sendable {
  /// The run that a manifest names.
  package struct Run: Sendable {
    package var id: String
    package var materialized: Int64?
    package var artifacts: [String]

    package init(id: String, materialized: Int64?, artifacts: [String]) {
      self.id = id
      self.materialized = materialized
      self.artifacts = artifacts
    }
  }

  package var name: String
  package var id: String
  package var signature: String?
  /// Microseconds since 1970, as every time here.
  package var lastMaterialized: Int64?
  package var lastRun: Run?
  package var lastStatus = "unknown"
  package var lastError: String?
  package var lastArtifacts: [String] = []
  package var updatedAt: Int64

  package init(name: String, id: String, signature: String? = nil, updatedAt: Int64) {
    self.name = name
    self.id = id
    self.signature = signature
    self.updatedAt = updatedAt
  }

  /// What mad_prefect's `upsert_asset_manifest_from_run` makes of the manifest and a run.
  package mutating func take(_ run: Run, status: String, error: String?, signature: String?, updatedAt: Int64) {
    lastRun = run
    lastStatus = status
    lastError = error
    lastMaterialized = run.materialized ?? lastMaterialized
    if !run.artifacts.isEmpty { lastArtifacts = run.artifacts }
    if let signature { self.signature = signature }
    self.updatedAt = updatedAt
  }

  package var text: String {
    let quote = DocumentText.quote, time = DocumentText.time
    var run = "null"
    if let lastRun {
      let path = TreePath.run(name, id, lastRun.id).description
      run = """
        {
                "id": \(quote(lastRun.id)),
                "metadata_path": \(quote(path)),
                "materialized": \(time(lastRun.materialized)),
                "artifact_paths": \(DocumentText.list(lastRun.artifacts, indent: 8))
            }
        """
    }
    return """
      {
          "manifest_version": "1",
          "asset_name": \(quote(name)),
          "asset_id": \(quote(id)),
          "asset_signature": \(signature.map(quote) ?? "null"),
          "last_materialized": \(time(lastMaterialized)),
          "last_run": \(run),
          "last_status": \(quote(lastStatus)),
          "last_error": \(lastError.map(quote) ?? "null"),
          "last_artifacts": \(DocumentText.list(lastArtifacts, indent: 4)),
          "updated_at": \(time(updatedAt))
      }
      """
  }
}

/// A run's metadata as mad_prefect 2.3.0 prints it, and what the catalog adds to it.
package struct RunText: Sendable {
  package var id: String
  package var name: String
  package var assetID: String
  package var startedAt: Int64
  package var materialized: Int64?
  package var durationMilliseconds: Int64?
  /// `status` and `error`, which mad_prefect does not write.
  package var status: String?
  package var error: (type: String, message: String)?
  /// `artifacts`, which mad_prefect does not write either.
  package var artifacts: [ArtifactFacts]?
  /// `heartbeat_at` and `heartbeat_seconds`, which mad_prefect does not write.
  package var heartbeat: (at: Int64, seconds: Int64)?
  /// Whether the object stands bare, as in old trees.
  package var isBare = false

  package init(id: String, name: String, assetID: String, startedAt: Int64) {
    self.id = id
    self.name = name
    self.assetID = assetID
    self.startedAt = startedAt
  }

  /// Whether a reconcile need not look at the file again.
  package var isFinished: Bool { materialized != nil || status == "failed" }

  package var text: String {
    let quote = DocumentText.quote, time = DocumentText.time
    var fields = [
      "\"id\": \(quote(id))",
      "\"runtime\": \(time(startedAt))",
      "\"materialized\": \(time(materialized))",
      "\"duration_miliseconds\": \(durationMilliseconds.map { "\($0)" } ?? "null")",
      "\"asset_id\": \(quote(assetID))",
      "\"asset_name\": \(quote(name))",
      "\"asset_path\": \(quote("\(name).parquet"))",
      "\"parameters\": null",
    ]
    if let status { fields.append("\"status\": \(quote(status))") }
    if let error {
      fields.append("\"error\": {\"type\": \(quote(error.type)), \"message\": \(quote(error.message))}")
    }
    if let artifacts {
      fields.append("\"artifacts\": [\(artifacts.map(Self.text(of:)).joined(separator: ", "))]")
    }
    if let heartbeat {
      fields.append("\"heartbeat_at\": \(time(heartbeat.at))")
      fields.append("\"heartbeat_seconds\": \(heartbeat.seconds)")
    }
    if isBare { return "{" + fields.map { "\n    " + $0 }.joined(separator: ",") + "\n}" }
    let data = fields.map { "\n        " + $0 }.joined(separator: ",")
    return """
      {
          "__class__": "mad_prefect.data_assets.data_asset_run.DataAssetRun",
          "data": {\(data)
          }
      }
      """
  }

  private static func text(of artifact: ArtifactFacts) -> String {
    var fields = ["\"path\": \(DocumentText.quote(artifact.path))"]
    if let bytes = artifact.bytes { fields.append("\"bytes\": \(bytes)") }
    if let time = artifact.modified { fields.append("\"modified\": \(DocumentText.time(time.microseconds))") }
    if let format = artifact.format { fields.append("\"format\": \(DocumentText.quote(format))") }
    if let hash = artifact.schemaHash { fields.append("\"schema_hash\": \(DocumentText.quote(hash))") }
    if let rows = artifact.rowCount { fields.append("\"row_count\": \(rows)") }
    if let rows = artifact.sampledRows { fields.append("\"sampled_rows\": \(rows)") }
    return "{" + fields.joined(separator: ", ") + "}"
  }
}

/// Python's way with strings, lists and times.
package enum DocumentText {
  package static func quote(_ text: String) -> String {
    var quoted = "\""
    for unit in text.utf16 {
      switch unit {
      case 0x22: quoted += "\\\""
      case 0x5C: quoted += "\\\\"
      case 0x0A: quoted += "\\n"
      case 0x0D: quoted += "\\r"
      case 0x09: quoted += "\\t"
      case 0x08: quoted += "\\b"
      case 0x0C: quoted += "\\f"
      case 0x20..<0x7F: quoted.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return quoted + "\""
  }

  package static func list(_ items: [String], indent: Int) -> String {
    guard !items.isEmpty else { return "[]" }
    let margin = String(repeating: " ", count: indent)
    return "[" + items.map { "\n\(margin)    " + quote($0) }.joined(separator: ",") + "\n\(margin)]"
  }

  /// `2024-01-02T00:00:00Z`, with six digits of a second where they are not all zero; quoted, or `null`.
  package static func time(_ microseconds: Int64?) -> String { microseconds.map { "\"\(instant($0))\"" } ?? "null" }

  /// As ``time(_:)``, without the quotes.
  package static func instant(_ microseconds: Int64) -> String {
    let (day, rest) = floored(microseconds, 86_400_000_000)
    let (second, fraction) = floored(rest, 1_000_000)
    // Years of 365 or 366 days, counted from 1970 in either direction: slow, and plain to see that it is right.
    var (year, left) = (Int64(1970), day)
    while left < 0 {
      year -= 1
      left += daysOfYear(year)
    }
    while left >= daysOfYear(year) {
      left -= daysOfYear(year)
      year += 1
    }
    let months: [Int64] = [31, daysOfYear(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var month = 0
    while left >= months[month] {
      left -= months[month]
      month += 1
    }
    let date = "\(pad(year, 4))-\(pad(Int64(month) + 1, 2))-\(pad(left + 1, 2))"
    let clock = "\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))"
    return "\(date)T\(clock)" + (fraction == 0 ? "" : ".\(pad(fraction, 6))") + "Z"
  }

  private static func daysOfYear(_ year: Int64) -> Int64 {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365
  }

  private static func floored(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
    let rest = (value % divisor + divisor) % divisor
    return ((value - rest) / divisor, rest)
  }

  private static func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
