import AssetCatalog
import FreshnessRules
import ManifestModel

/// The spellings that people read.
enum HumanText {
  /// A span in its two largest units: `3d 4h`, `4h 12m`, `42s`. A negative one lies ahead: `in 3d 4h`.
  static func span(microseconds: Int64) -> String {
    if microseconds < 0 { return "in " + positive(microseconds.magnitude) }
    return positive(microseconds.magnitude)
  }

  /// How long something took, in its two largest units: `4h 12m`. A clock that was set back meanwhile makes it
  /// negative: `-10s`.
  static func duration(microseconds: Int64) -> String {
    (microseconds < 0 ? "-" : "") + positive(microseconds.magnitude)
  }

  static func duration(milliseconds: Int64) -> String {
    duration(microseconds: milliseconds.saturatingMultiply(1000))
  }

  private static func positive(_ microseconds: UInt64) -> String {
    if microseconds < 1_000_000 { return microseconds == 0 ? "0s" : "\(max(1, microseconds / 1000))ms" }
    let seconds = microseconds / 1_000_000
    let units: [(size: UInt64, name: String)] = [(86400, "d"), (3600, "h"), (60, "m"), (1, "s")]
    for (index, unit) in units.enumerated() where seconds >= unit.size {
      let first = "\(seconds / unit.size)\(unit.name)"
      guard index + 1 < units.count else { return first }
      let next = units[index + 1]
      let rest = seconds % unit.size / next.size
      return rest == 0 ? first : "\(first) \(rest)\(next.name)"
    }
    return "0s"
  }

  /// How long before `now` a moment was: `3m 2s ago`.
  static func ago(from time: Timestamp, to now: Timestamp) -> String {
    let (age, overflow) = now.microseconds.subtractingReportingOverflow(time.microseconds)
    if overflow || age < 0 { return "ahead of the clock" }
    return age < 1_000_000 ? "just now" : "\(span(microseconds: age)) ago"
  }

  /// A moment to the second: `2024-01-02T00:00:00Z`.
  static func time(_ time: Timestamp) -> String {
    let text = time.description
    return time.microseconds % 1_000_000 == 0 ? text : "\(text.dropLast(".000000Z".count))Z"
  }

  /// A size: `512 bytes`, `1.5 MiB`.
  static func bytes(_ count: Int64) -> String {
    guard count >= 1024 else { return "\(count) bytes" }
    var size = Double(count)
    var unit = ""
    for name in ["KiB", "MiB", "GiB", "TiB"] where size >= 1024 {
      size /= 1024
      unit = name
    }
    return "\((size * 10).rounded() / 10) \(unit)"
  }

  /// A count with its digits in groups of three: `1,000,000`.
  static func count(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result
  }

  /// A count with its noun: `1 run`, `2 runs`.
  static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count(number)) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// A share that was measured, of at most nine digits: 0.99999 is `99.99 %`, since it is cut and not rounded.
  static func percentage(_ share: Double) -> String { Percentage(cutting: share).spacedText }
}

extension Cell {
  /// What a table shows; nothing in it is hazardous.
  var humanText: String {
    switch self {
    case .null: "-"
    case .text(let text): HazardousText.visible(text)
    case .remarked(let text, let remark): HazardousText.visible("\(text ?? "-") (\(remark))")
    case .worded(_, let text): HazardousText.visible(text)
    case .integer(let number): String(number)
    case .real(let number): "\(number)"
    case .flag(let flag): flag ? "yes" : "no"
    case .time(let time): HumanText.time(time)
    case .span(let microseconds): HumanText.span(microseconds: microseconds)
    case .balance(let microseconds): HumanText.duration(microseconds: microseconds)
    case .share(let share): HumanText.percentage(share)
    case .goal(let share): Percentage(millionths: Int64((share * 1_000_000).rounded())).spacedText
    case .milliseconds(let count): HumanText.duration(milliseconds: count)
    case .counts(let counts):
      counts.map { "\(HumanText.count($0.count)) \(HazardousText.visible($0.key))" }.joined(separator: ", ")
    case .texts(let texts): HazardousText.visible(texts.joined(separator: ", "))
    case .record, .records: HazardousText.visible(machineText)
    }
  }
}
