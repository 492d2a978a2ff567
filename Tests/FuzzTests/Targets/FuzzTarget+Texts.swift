import FreshnessRules
import ManifestModel

@testable import AssetCatalogCommand

extension FuzzTarget {
  /// The clock of all targets: 2026-11-23T20:00:00Z.
  static let now = Timestamp(microseconds: 1_795_464_000_000_000)

  /// A time: eight bytes of a clock, then the text.
  static let time = FuzzTarget(name: "time") { bytes throws(BrokenRule) in
    var input = FuzzInput(bytes)
    let clock = Timestamp(microseconds: input.integer())
    _ = HumanText.ago(from: clock, to: now)
    _ = HumanText.ago(from: now, to: clock)
    _ = HumanText.time(clock)
    try requireRoundTrip(clock, wherePossible: true)
    let text = input.text
    // A clock of the system or of --now.
    for base in [clock, now] where (Timestamp.earliest...Timestamp.latest).contains(base) {
      guard let time = try? TimeText.timestamp(text, now: base) else { continue }
      try requireRoundTrip(time, wherePossible: text == "now")
    }
    let strict = Timestamp(text)
    let lax = Timestamp(text, assumingUTC: true)
    if let strict { try require(strict == lax, "a time with an offset depends on what is assumed without one") }
    if let lax { try requireRoundTrip(lax, wherePossible: false) }
  }

  /// The text of a moment is read as the moment, if a manifest can hold it.
  private static func requireRoundTrip(_ time: Timestamp, wherePossible: Bool) throws(BrokenRule) {
    let text = time.description
    try require(text.utf8.count <= Timestamp.longestText, "a time is longer than the room for it")
    let isPossible = (Timestamp.earliest...Timestamp.latest).contains(time)
    try require(isPossible || wherePossible, "a time outside the years 1 to 9999 was read")
    guard isPossible else { return }
    try require(Timestamp(text) == time, "\(text) is read as another time")
  }

  /// A duration: eight bytes of one, then the text of one.
  static let duration = FuzzTarget(name: "duration") { bytes throws(BrokenRule) in
    var input = FuzzInput(bytes)
    let number = input.integer()
    if number >= 0 { try requireRoundTrip(number) }
    _ = DurationText.text(number)
    _ = HumanText.span(microseconds: number)
    _ = HumanText.duration(milliseconds: number)
    let text = input.text
    if let percentage = Percentage(text) {
      try require((0...1_000_000_000).contains(percentage.millionths), "\(text) is over 100,000 %")
    }
    guard let span = try? DurationText.microseconds(text) else { return }
    try require(span >= 0, "\(text) is negative")
    try requireRoundTrip(span)
    _ = try? DurationText.duration(text)
  }

  private static func requireRoundTrip(_ span: Int64) throws(BrokenRule) {
    let text = DurationText.text(span)
    try require((try? DurationText.microseconds(text)) == span, "\(text) is not read as what it was made of")
  }
}
