import CatalogTestSupport
import Foundation
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

  let slow: [Slow]

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
