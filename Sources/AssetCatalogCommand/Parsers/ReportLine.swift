import AssetCatalog
import FreshnessRules
import ManifestModel

/// One line of `record batch`: a run's report as a JSON object.
///
/// ```json
/// {"event": "success", "asset_name": "bronze.orders", "asset_id": "a1", "run_id": "r1",
///  "started_at": "2026-11-23T06:00:00Z", "materialized": "2026-11-23T06:01:00Z",
///  "artifacts": ["bronze/orders.parquet"]}
/// ```
enum ReportLine {
  static let keys = [
    "event", "asset_name", "asset_id", "run_id", "started_at", "materialized", "ended_at", "duration_ms", "artifacts",
    "signature", "asset_path", "artifacts_dir", "parameters", "error", "heartbeat_seconds",
  ]

  /// The report that the bytes of a line describe.
  static func parse(_ bytes: [UInt8]) throws(CommandFailure) -> RunReport {
    let members = try failing(.badData) { () throws(TextError) in try self.members(bytes) }
    let facts = try failing(.badData, members.identityFacts)
    let identity = try failing(.usage) { () throws(TextError) in
      try RecordedIdentity(
        name: facts.name, id: facts.id, signature: facts.signature, assetPath: facts.assetPath,
        artifactsFolder: facts.artifactsFolder)
    }
    return try failing(.badData) { () throws(TextError) in try members.report(of: identity) }
  }

  private static func failing<Result>(
    _ status: ExitStatus, _ body: () throws(TextError) -> Result
  ) throws(CommandFailure) -> Result {
    do throws(TextError) {
      return try body()
    } catch {
      throw CommandFailure(status, error.message)
    }
  }

  private static func members(_ bytes: [UInt8]) throws(TextError) -> Members {
    let document: PlacedJSON
    do {
      document = try PlacedJSON.parse(bytes, repairs: true)
    } catch {
      throw TextError("column \(error.place.column): \(error.message)")
    }
    guard case .object(let members) = document.value else {
      throw TextError("the line is \(document.kind); write an object with an \"event\" and an \"asset_name\"")
    }
    if let stranger = members.first(where: { !keys.contains($0.key) }) {
      throw TextError(
        "column \(stranger.place.column): \(quoted(stranger.key)) means nothing here; a line may hold \(keys.joined(separator: ", "))"
      )
    }
    return Members(members: members)
  }

  private struct Members {
    let members: [PlacedJSON.Member]

    func identityFacts() throws(TextError) -> (
      name: String, id: String?, signature: String?, assetPath: String?, artifactsFolder: String?
    ) {
      guard let name = try text("asset_name") else { throw TextError("there is no \"asset_name\"; add one") }
      return (
        name, try text("asset_id"), try text("signature"), try text("asset_path"), try text("artifacts_dir")
      )
    }

    func report(of identity: RecordedIdentity) throws(TextError) -> RunReport {
      var report = RunReport(
        try event(), of: identity.asset, runID: try text("run_id") ?? RunReport.makeRunID(),
        startedAt: try time("started_at"), durationMilliseconds: try integer("duration_ms"),
        artifacts: try artifacts(), signature: identity.signature, assetPath: try text("asset_path"),
        parameters: try freeText("parameters"))
      report.heartbeatSeconds = try integer("heartbeat_seconds")
      if report.heartbeatSeconds != nil, report.isEnd {
        throw TextError("\"heartbeat_seconds\" goes only with a start or a heartbeat; leave it out")
      }
      report.endedAt = try time("materialized")
      if report.endedAt == nil { report.endedAt = try time("ended_at") }
      return report
    }

    private func event() throws(TextError) -> RunReport.Event {
      let error = try error()
      switch try text("event") {
      case "start":
        if error != nil { throw TextError("a start has no \"error\"; leave it out") }
        return .started
      case "heartbeat":
        if let stranger = ["error", "materialized", "ended_at", "artifacts"].first(where: { member($0) != nil }) {
          throw TextError("a heartbeat has no \"\(stranger)\"; leave it out")
        }
        guard member("run_id") != nil else { throw TextError("a heartbeat needs its \"run_id\"; add it") }
        return .alive
      case "success":
        if error != nil { throw TextError("a success has no \"error\"; leave it out, or write \"failure\"") }
        return .succeeded
      case "failure":
        if member("materialized") != nil { throw TextError("a failure has no \"materialized\"; write \"ended_at\"") }
        guard let error else { throw TextError("a failure needs its \"error\"; add one") }
        return .failed(error)
      default: throw TextError("\"event\" must be \"start\", \"heartbeat\", \"success\" or \"failure\"")
      }
    }

    private func error() throws(TextError) -> RunError? {
      guard let json = member("error") else { return nil }
      switch json.value {
      case .string(let message): return RunError(message: message)
      case .object(let parts):
        if let stranger = parts.first(where: { !["type", "message", "traceback"].contains($0.key) }) {
          throw TextError("\(quoted(stranger.key)) means nothing in \"error\"; it may hold type, message, traceback")
        }
        let inner = Members(members: parts)
        guard let message = try inner.freeText("message") else {
          throw TextError("\"error\" has no \"message\"; add one")
        }
        return RunError(
          type: try inner.freeText("type"), message: message, traceback: try inner.freeText("traceback"))
      default: throw wrong("error", json, "a text, or an object with type, message and traceback")
      }
    }

    private func artifacts() throws(TextError) -> [ArtifactFacts]? {
      guard let json = member("artifacts") else { return nil }
      guard case .array(let elements) = json.value else { throw wrong("artifacts", json, "a list of paths") }
      var result: [ArtifactFacts] = []
      for element in elements {
        guard case .string(let path) = element.value else { throw wrong("artifacts", element, "a list of paths") }
        try requireWhole(element, "artifacts")
        result.append(ArtifactFacts(path: path))
      }
      return result
    }

    private func member(_ key: String) -> PlacedJSON? {
      guard let value = members.first(where: { $0.key == key })?.value else { return nil }
      if case .null = value.value { return nil }
      return value
    }

    /// A name, an id, a path or another text of which no character may be another.
    private func text(_ key: String) throws(TextError) -> String? {
      guard let json = member(key) else { return nil }
      try requireWhole(json, key)
      return try freeText(key)
    }

    /// Words for people. A failure must be recorded, whatever its program wrote.
    private func freeText(_ key: String) throws(TextError) -> String? {
      guard let json = member(key) else { return nil }
      guard case .string(let text) = json.value else { throw wrong(key, json, "a text") }
      return text
    }

    private func requireWhole(_ json: PlacedJSON, _ key: String) throws(TextError) {
      guard json.isRepaired else { return }
      throw TextError(
        "column \(json.place.column): \"\(key)\" holds what is no character, such as one half of a surrogate pair; "
          + "names, ids and paths must be UTF-8, so give another")
    }

    private func time(_ key: String) throws(TextError) -> Timestamp? {
      if let json = member(key), case .number = json.value {
        throw wrong(key, json, "a time with its offset, such as \"2026-01-31T06:00:00Z\"")
      }
      guard let text = try text(key) else { return nil }
      guard let time = Timestamp(text) else {
        throw TextError("\"\(key)\" is no time; write one with its offset, such as 2026-01-31T06:00:00Z")
      }
      return time
    }

    private func integer(_ key: String) throws(TextError) -> Int64? {
      guard let json = member(key) else { return nil }
      guard case .number(let text) = json.value, let number = Int64(text) else {
        throw wrong(key, json, "a whole number")
      }
      return number
    }

    private func wrong(_ key: String, _ json: PlacedJSON, _ wanted: String) -> TextError {
      TextError("column \(json.place.column): \"\(key)\" is \(json.kind); write \(wanted)")
    }
  }
}
