import CatalogTestSupport
import Foundation
import FreshnessRules
import ManifestModel
import Testing

/// A rule of a worked example, kept as JSON so that the reader under test reads it.
struct RuleText: Decodable, Sendable {
  let json: String

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer().decode(Loose.self)
    json = value.json
  }

  /// The policy whose only rule this is, for all assets.
  func policy() throws -> AssetPolicy {
    let text = "{\"rules\": [{\"name\": \"*\", \(json.dropFirst())]}"
    let policy = try PolicyReader.read(Array(text.utf8), zones: PolicyCases.zones)
    return policy.resolved([0])
  }

  /// Any value of JSON, printed again.
  private enum Loose: Decodable {
    case text(String), number(Int), bool(Bool), list([Loose]), map([String: Loose])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let bool = try? container.decode(Bool.self) {
        self = .bool(bool)
      } else if let number = try? container.decode(Int.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let list = try? container.decode([Loose].self) {
        self = .list(list)
      } else {
        self = .map(try container.decode([String: Loose].self))
      }
    }

    var json: String {
      switch self {
      case .text(let text): "\"\(text)\""
      case .number(let number): "\(number)"
      case .bool(let bool): "\(bool)"
      case .list(let list): "[\(list.map(\.json).joined(separator: ", "))]"
      case .map(let map):
        // The decoder has turned max_age into maxAge.
        "{"
          + map.sorted { $0.key < $1.key }.map { "\"\(Self.snake($0.key))\": \($0.value.json)" }.joined(separator: ", ")
          + "}"
      }
    }

    private static func snake(_ key: String) -> String {
      key.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" }
    }
  }
}

extension PolicyCases {
  /// The state of an asset under one rule.
  struct State: Decodable, Sendable, CustomTestStringConvertible {
    let id, note: String
    let rule: RuleText
    let lastMaterialized: String?
    let now, state: String
    let staleSince, freshUntil, demand: String?

    var testDescription: String { "\(id): \(note)" }
  }

  /// A service level over a time.
  struct Level: Decodable, Sendable, CustomTestStringConvertible {
    let id, note: String
    let rule: RuleText
    let materialized: [String]
    let firstSeen, from, to: String
    let measuredSeconds, badSeconds: Double
    let compliance: Double?
    let deadlines, deadlinesMet: Int?

    var testDescription: String { "\(id): \(note)" }
  }

  /// Whether a scheduler should run an asset.
  struct Due: Decodable, Sendable, CustomTestStringConvertible {
    let id, note: String
    let rule: RuleText
    let lastMaterialized: String?
    let now: String
    let failedAt: [String]
    let runningSince: String?
    let runTimeout: String
    let due: Bool
    let dueAt, deadline, notBefore, whyNot: String?

    var testDescription: String { "\(id): \(note)" }
  }

  /// A moment of an example.
  static func time(_ text: String) -> Timestamp {
    guard let time = Timestamp(text) else { fatalError("'\(text)' is no time") }
    return time
  }
}
