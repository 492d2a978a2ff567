internal import ManifestModel

/// The rule at the end of a zone file: how its clocks change from the last change in the file on.
///
/// The form is that of the variable TZ in POSIX.1 (Base Definitions 8.3), with hours from -167 to 167 as RFC 8536
/// (3.3.1) extends it: `GMT0BST,M3.5.0/1,M10.5.0`.
struct POSIXTimeZone: Equatable {
  /// The day of a year on which clocks change.
  enum Day: Equatable {
    /// `Jn`: 1 to 365; 29 February is never counted.
    case withoutLeapDay(Int)
    /// `n`: 0 to 365; 29 February is counted in leap years.
    case fromZero(Int)
    /// `Mm.w.d`: the month, the week from 1 to 5, the last of them always the last in the month, and the weekday from
    /// Sunday, 0, on.
    case weekday(month: Int, week: Int, weekday: Int)
  }

  /// A change of clocks: on which day, and how many seconds after its midnight on the wall.
  struct Change: Equatable {
    let day: Day
    let second: Int64
  }

  /// Summer time, or whatever else the name of the other time is.
  struct Saving: Equatable {
    let offset: Int64
    let begins: Change
    let ends: Change
  }

  /// Seconds that standard time is ahead of UTC.
  let standardOffset: Int64
  let saving: Saving?

  /// Reads the text of a footer.
  init(_ text: String) throws(TimeZoneDamage) {
    var scanner = Scanner(rest: Array(text.utf8)[...])
    guard scanner.takeName(), let west = scanner.takeTime(hours: 24) else { throw Self.unreadable(text) }
    standardOffset = -west
    if scanner.rest.isEmpty {
      saving = nil
      return
    }
    guard scanner.takeName() else { throw Self.unreadable(text) }
    var offset = standardOffset + 3_600
    if scanner.rest.first != UInt8(ascii: ",") {
      guard let west = scanner.takeTime(hours: 24) else { throw Self.unreadable(text) }
      offset = -west
    }
    guard let begins = scanner.takeChange(), let ends = scanner.takeChange(), scanner.rest.isEmpty else {
      throw Self.unreadable(text)
    }
    saving = Saving(offset: offset, begins: begins, ends: ends)
  }

  private static func unreadable(_ text: String) -> TimeZoneDamage {
    TimeZoneDamage("its last line \(quoted(text)) is no rule for changes of clocks")
  }

  /// The changes later than a second, through the end of a year; from 1900 on where there is no such second.
  func changes(after second: Int64?, through lastYear: Int) -> [TimeZoneFile.Stretch] {
    guard let saving else {
      // The rule goes on with what the last change has begun.
      return second.map { [TimeZoneFile.Stretch(start: $0 + 1, offset: standardOffset)] } ?? []
    }
    let firstDay = (second ?? -2_208_988_800).flooredQuotient(86_400)
    let firstYear = max(Calendar.date(fromDays: Int(firstDay)).year - 1, 1_800)
    guard firstYear <= lastYear else { return [] }
    var changes: [TimeZoneFile.Stretch] = []
    for year in firstYear...lastYear {
      changes.append(.init(start: saving.begins.second(in: year) - standardOffset, offset: saving.offset))
      changes.append(.init(start: saving.ends.second(in: year) - saving.offset, offset: standardOffset))
    }
    // Where saving never ends, a year's end is the next one's beginning, and that counts.
    let inOrder = changes.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
    var result: [TimeZoneFile.Stretch] = []
    for (_, change) in inOrder {
      if let second, change.start <= second { continue }
      if result.last?.start == change.start { result.removeLast() }
      result.append(change)
    }
    return result
  }
}

extension POSIXTimeZone.Change {
  /// The second of wall time in a year at which clocks change.
  fileprivate func second(in year: Int) -> Int64 {
    let firstOfYear = Calendar.days(from: year, 1, 1)
    let days =
      switch day {
      case .withoutLeapDay(let number):
        firstOfYear + number - 1 + (number > 59 && Calendar.days(inMonth: 2, of: year) == 29 ? 1 : 0)
      case .fromZero(let number): firstOfYear + number
      case .weekday(let month, let week, let weekday):
        Self.day(year: year, month: month, week: week, weekday: weekday)
      }
    return Int64(days) * 86_400 + second
  }

  private static func day(year: Int, month: Int, week: Int, weekday: Int) -> Int {
    let first = Calendar.days(from: year, month, 1)
    // 1970-01-01 was a Thursday.
    let firstWeekday = ((first + 4) % 7 + 7) % 7
    var day = 1 + (weekday - firstWeekday + 7) % 7 + 7 * (week - 1)
    if day > Calendar.days(inMonth: month, of: year) { day -= 7 }
    return first + day - 1
  }
}

/// Takes the parts of the text one after the other; each gives `nil` or `false` where the text says something else.
private struct Scanner {
  var rest: ArraySlice<UInt8>

  /// At least three letters, or in angle brackets letters, digits and signs.
  mutating func takeName() -> Bool {
    if take("<") {
      guard let end = rest.firstIndex(of: UInt8(ascii: ">")), end - rest.startIndex >= 3 else { return false }
      rest = rest[(end + 1)...]
      return true
    }
    let letters = rest.prefix { (0x41...0x5A).contains($0 & 0xDF) }
    rest = rest[letters.endIndex...]
    return letters.count >= 3
  }

  /// `[+-]h[h[h]][:mm[:ss]]` in seconds.
  mutating func takeTime(hours limit: Int) -> Int64? {
    let isNegative = take("-")
    if !isNegative { _ = take("+") }
    guard let hours = takeNumber(), hours <= limit else { return nil }
    var seconds = hours * 3_600
    for unit in [60, 1] where take(":") {
      guard let number = takeNumber(), number < 60 else { return nil }
      seconds += number * unit
    }
    return Int64(isNegative ? -seconds : seconds)
  }

  /// A comma, a day, and perhaps a slash and a time; without them two in the night.
  mutating func takeChange() -> POSIXTimeZone.Change? {
    guard take(","), let day = takeDay() else { return nil }
    guard take("/") else { return POSIXTimeZone.Change(day: day, second: 7_200) }
    guard let second = takeTime(hours: 167) else { return nil }
    return POSIXTimeZone.Change(day: day, second: second)
  }

  private mutating func takeDay() -> POSIXTimeZone.Day? {
    if take("J") {
      guard let number = takeNumber(), (1...365).contains(number) else { return nil }
      return .withoutLeapDay(number)
    }
    if take("M") {
      guard let month = takeNumber(), (1...12).contains(month), take("."), let week = takeNumber(),
        (1...5).contains(week), take("."), let weekday = takeNumber(), weekday <= 6
      else { return nil }
      return .weekday(month: month, week: week, weekday: weekday)
    }
    guard let number = takeNumber(), number <= 365 else { return nil }
    return .fromZero(number)
  }

  private mutating func takeNumber() -> Int? {
    let digits = rest.prefix(4).prefix { (0x30...0x39).contains($0) }
    rest = rest[digits.endIndex...]
    return digits.isEmpty || digits.count > 3 ? nil : digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: scalar) else { return false }
    rest = rest.dropFirst()
    return true
  }
}
