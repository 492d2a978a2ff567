import CatalogTestSupport
import Foundation
import FreshnessRules
import ManifestModel
import Testing

/// The worked examples in `Tests/Fixtures/policy/cases.json`, which a brute-force reference in Python computed.
struct PolicyCases: Decodable {
  /// How long a run took, and whether that was out of the ordinary.
  struct Slow: Decodable, Sendable, CustomTestStringConvertible {
    let id, note: String
    let pastMs: [Int64]
    let durationMs: Int64
    let deviations: Double?
    let atLeastMs: Int64?
    let enough, slow: Bool
    let medianMs, madMs: Int64?
    let sigmaMs, score: Double?

    var testDescription: String { "\(id): \(note)" }
  }

  /// The ticks around a moment.
  struct Ticks: Decodable, Sendable, CustomTestStringConvertible {
    let id, note, cron, timezone, from: String
    let next, nextLocal, last, lastLocal: [String]

    var testDescription: String { "\(id): \(cron) in \(timezone), \(note)" }
  }

  /// An expression to refuse.
  struct Refusal: Decodable, Sendable, CustomTestStringConvertible {
    let cron, why: String

    var testDescription: String { "'\(cron)': \(why)" }
  }

  let cases: [Ticks]
  let invalid: [Refusal]
  let states: [State]
  let slo: [Level]
  let slow: [Slow]
  let due: [Due]

  /// The zone files that the tests carry with them.
  static let zones = TimeZoneFolder(tzdir: ScratchTree.fixtures + "/policy/zoneinfo")

  static let all: PolicyCases = {
    do {
      let data = try Data(contentsOf: URL(filePath: ScratchTree.fixtures + "/policy/cases.json"))
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(PolicyCases.self, from: data)
    } catch {
      fatalError("the worked examples cannot be read: \(error)")
    }
  }()
}
