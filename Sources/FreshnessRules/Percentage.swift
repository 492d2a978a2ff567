/// A share that people write as `99.5%`.
package struct Percentage: Sendable, Hashable, Comparable {
  /// The share in millionths: 995,000 for 99.5 %.
  package let millionths: Int64

  package init(millionths: Int64) {
    self.millionths = millionths
  }

  /// Reads digits, perhaps a point and at most four digits, and `%`; at most 100,000 %.
  package init?(_ text: String) {
    guard text.utf8.last == UInt8(ascii: "%") else { return nil }
    let parts = text.utf8.dropLast().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Self.digits(parts[0]), parts[0].count <= 6 else { return nil }
    var fraction: Int64 = 0
    if parts.count == 2 {
      guard let digits = Self.digits(parts[1]), parts[1].count <= 4 else { return nil }
      fraction = digits
      for _ in parts[1].count..<4 { fraction *= 10 }
    }
    guard whole * 10_000 + fraction <= 1_000_000_000 else { return nil }
    millionths = whole * 10_000 + fraction
  }

  private static func digits(_ bytes: Substring.UTF8View) -> Int64? {
    guard !bytes.isEmpty, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(Substring(bytes))
  }

  package static func < (left: Percentage, right: Percentage) -> Bool { left.millionths < right.millionths }
}
