import ManifestModel

/// The style and the script as they stand in the page.
enum PageSource {
  /// The text without indentation, empty lines, and lines that are comments.
  static func condensed(_ source: String) -> String {
    source.split(separator: "\n").lazy
      .map { $0.drop { $0 == " " } }
      .filter { !$0.isEmpty && !$0.hasPrefix("// ") && !$0.hasPrefix("/* ") }
      .joined(separator: "\n")
  }

  /// `sha256-` and the digest in base 64.
  static func hash(_ text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let digest = SHA256.digest(Array(text.utf8)) + [0]
    var result: [UInt8] = []
    for start in stride(from: 0, to: digest.count, by: 3) {
      let group = UInt32(digest[start]) << 16 | UInt32(digest[start + 1]) << 8 | UInt32(digest[start + 2])
      for shift in [18, 12, 6, 0] as [UInt32] { result.append(alphabet[Int(group >> shift & 63)]) }
    }
    // 32 bytes and one more to fill the last group.
    result[result.count - 1] = UInt8(ascii: "=")
    return "sha256-" + String(decoding: result, as: UTF8.self)
  }
}
