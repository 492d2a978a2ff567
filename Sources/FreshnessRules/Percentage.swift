/// A share that people write as `99.5%`.
package struct Percentage: Sendable, Hashable, Comparable {
  /// The share in millionths, not negative: 995,000 for 99.5 %.
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

  /// A part of a whole that was measured, in billionths and cut: less than 1 if anything is missing. `nil` of nothing.
  package static func share(_ part: Int64, of whole: Int64) -> Double? {
    guard whole > 0 else { return nil }
    return Double(whole.dividingFullWidth(part.multipliedFullWidth(by: 1_000_000_000)).quotient) / 1_000_000_000
  }

  /// A share that was measured, cut to its hundredths of a percent: what falls short of a percentage never reads as
  /// that.
  ///
  /// - Parameter share: from 0 to 1, of at most nine digits after the point.
  package init(cutting share: Double) {
    // Whole billionths first: the product of a fraction may come out a little too small.
    millionths = Int64((share * 1_000_000_000).rounded()) / 100_000 * 100
  }

  /// As it is written in a policy: `99.5%`. Every text that shows a percentage has its digits from here.
  package var text: String { digits + "%" }

  /// As it stands in a sentence or a table: `99.5 %`.
  package var spacedText: String { digits + " %" }

  /// All of them.
  private var digits: String {
    let (whole, fraction) = millionths.quotientAndRemainder(dividingBy: 10_000)
    guard fraction > 0 else { return "\(whole)" }
    var digits = String(String(fraction + 10_000).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  package static func < (left: Percentage, right: Percentage) -> Bool { left.millionths < right.millionths }
}
