import ManifestModel

/// What of an error people read first, and what makes two of them one.
enum ErrorText {
  /// The first line of an error with its numbers taken out: addresses, ports, counts, and words of hexadecimal digits.
  static func pattern(_ error: String) -> String {
    let line = firstLine(error)
    var words: [UInt8] = []
    var word: [UInt8] = []
    func finish() {
      let hasPrefix = word.count > 2 && word[0] == UInt8(ascii: "0") && word[1] | 0x20 == UInt8(ascii: "x")
      let digits = hasPrefix ? word[2...] : word[...]
      let hasDigit = digits.contains { (0x30...0x39).contains($0) }
      let isHexadecimal = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
      if isHexadecimal && (hasPrefix || hasDigit && digits.count >= 6) {
        words.append(UInt8(ascii: "#"))
      } else {
        for byte in word {
          if !(0x30...0x39).contains(byte) { words.append(byte) } else if words.last != 0x23 { words.append(0x23) }
        }
      }
      word = []
    }
    for byte in line.utf8.prefix(400) {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: word.append(byte)
      default:
        finish()
        words.append(byte)
      }
    }
    finish()
    return String(decoding: words, as: UTF8.self)
  }

  /// The first line that says something, without the colours of a terminal.
  static func firstLine(_ error: String) -> String {
    let plain = error.withoutTerminalSequences
    let line = plain.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).first {
      $0.contains { $0 != 0x20 && $0 != 0x09 }
    }
    guard let line else { return "" }
    return line.count <= 300 ? String(decoding: line, as: UTF8.self) : String(Substring(line).prefix(280)) + "…"
  }
}
