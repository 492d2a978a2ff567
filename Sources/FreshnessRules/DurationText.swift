/// Durations as people type them: `90s`, `15m`, `24h`, `7d`, `2w`, `1d12h`, `1.5h`.
package enum DurationText {
  private static let units: [(name: String, microseconds: Int64)] = [
    ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
    ("ms", 1000),
  ]

  /// The microseconds of a duration; each unit at most once, from the largest to the smallest.
  package static func microseconds(_ text: String) throws(TextError) -> Int64 {
    var rest = text.utf8[...]
    guard !rest.isEmpty else { throw TextError("a duration is missing; write one such as 90s, 15m, 24h, 7d or 1d12h") }
    var total: Int64 = 0
    var nextUnit = 0
    while !rest.isEmpty {
      let whole = takeDigits(&rest)
      var fraction = Substring().utf8
      if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        fraction = takeDigits(&rest)
        guard !fraction.isEmpty else { throw unreadable(text) }
      }
      let name = rest.prefix { (0x61...0x7A).contains($0) }
      rest = rest.dropFirst(name.count)
      guard !whole.isEmpty, let index = units.firstIndex(where: { $0.name.utf8.elementsEqual(name) }) else {
        throw unreadable(text)
      }
      guard index >= nextUnit else {
        throw TextError("\(quoted(text)) is not a duration: each unit may stand once, the largest first, as in 1d12h")
      }
      nextUnit = index + 1
      let part = try microseconds(whole: whole, fraction: fraction, unit: units[index].microseconds, of: text)
      let (sum, overflow) = total.addingReportingOverflow(part)
      if overflow { throw tooLong(text) }
      total = sum
    }
    return total
  }

  /// The duration of a text.
  package static func duration(_ text: String) throws(TextError) -> Duration {
    .microseconds(try microseconds(text))
  }

  private static func takeDigits(_ rest: inout Substring.UTF8View) -> Substring.UTF8View {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(digits.count)
    return digits
  }

  private static func microseconds(
    whole: Substring.UTF8View, fraction: Substring.UTF8View, unit: Int64, of text: String
  ) throws(TextError) -> Int64 {
    guard let count = Int64(Substring(whole)) else { throw tooLong(text) }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit)
    if overflow { throw tooLong(text) }
    var sum = product
    var place = unit
    for digit in fraction {
      place = place % 10 == 0 ? place / 10 : 0
      guard digit != 0x30 else { continue }
      guard place > 0 else {
        throw TextError("\(quoted(text)) is finer than a microsecond; leave out some of its digits")
      }
      let (next, overflow) = sum.addingReportingOverflow(Int64(digit - 0x30) * place)
      if overflow { throw tooLong(text) }
      sum = next
    }
    return sum
  }

  private static func unreadable(_ text: String) -> TextError {
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return TextError("\(quoted(text)) has no unit; write \(text)s, \(text)m, \(text)h or \(text)d")
    }
    return TextError("\(quoted(text)) is not a duration; write one such as 90s, 15m, 24h, 7d, 2w or 1d12h")
  }

  private static func tooLong(_ text: String) -> TextError {
    TextError("\(quoted(text)) is longer than can be counted; write a shorter duration")
  }
}
