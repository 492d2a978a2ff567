/// Patterns over names as SQLite's GLOB has them: `*`, `?`, `[a-z]`.
enum GlobPattern {
  /// What is wrong with a pattern; `nil` for one that can match.
  static func fault(in pattern: String) -> String? {
    if pattern.isEmpty { return "it is empty and would match no name; write * for all" }
    let bytes = Array(pattern.utf8)
    var index = 0
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "[")) {
      var inner = open + 1
      if inner < bytes.count, bytes[inner] == UInt8(ascii: "^") { inner += 1 }
      // A closing bracket that comes first stands for itself.
      if inner < bytes.count, bytes[inner] == UInt8(ascii: "]") { inner += 1 }
      guard let close = bytes[min(inner, bytes.count)...].firstIndex(of: UInt8(ascii: "]")) else {
        return "the [ in \(quoted(pattern)) is never closed; write [[] for a bracket"
      }
      index = close + 1
    }
    return nil
  }

  /// The one name that a pattern without wildcards matches; `nil` for others.
  static func name(of pattern: String) -> String? {
    pattern.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
      ? nil : pattern
  }

  /// The pattern that matches one name and nothing else.
  static func exactly(_ name: String) -> String {
    var pattern = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "*", "?", "[": pattern.unicodeScalars.append(contentsOf: ["[", scalar, "]"])
      default: pattern.unicodeScalars.append(scalar)
      }
    }
    return pattern
  }
}
