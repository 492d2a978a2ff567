/// Something out of the ordinary that a policy asks to be told of.
public struct FreshnessFinding: Hashable, Sendable {
  /// What was found; the raw value is the name of the check.
  public enum Kind: String, Sendable, CaseIterable {
    case failing
    case successRate = "success_rate"
    case overrun
    case slow
    case rows
    case bytes
    case schema
  }

  /// What was found.
  public let kind: Kind
  /// Whether it is a warning or an error.
  public let level: FreshnessLevel
  /// What was measured: runs, a share, milliseconds, rows or bytes; `nil` where it is no number.
  public let value: Double?
  /// The bound that it passes, in the same unit.
  public let limit: Double?
  /// One sentence.
  public let text: String

  /// A finding from its parts.
  package init(kind: Kind, level: FreshnessLevel, value: Double?, limit: Double?, text: String) {
    self.kind = kind
    self.level = level
    self.value = value
    self.limit = limit
    self.text = text
  }
}
