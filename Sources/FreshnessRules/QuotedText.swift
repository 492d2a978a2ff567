/// A path as a sentence has it without quotes, safe for a terminal.
func unquoted(_ text: String) -> String {
  String(quoted(text).dropFirst().dropLast())
}

/// A text in quotes, safe for a terminal, and cut where it is long.
func quoted(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars {
    if scalar.acts {
      shown += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      shown.unicodeScalars.append(scalar)
    }
    if shown.unicodeScalars.count > 80 { return "'\(String(shown.unicodeScalars.prefix(79)))…'" }
  }
  return "'\(shown)'"
}

extension Unicode.Scalar {
  /// Whether a terminal would do something at it instead of showing it.
  var acts: Bool {
    switch value {
    case 0x00..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
