/// A line of cron: which minutes of wall time it means.
///
/// `minute hour day-of-month month day-of-week`, as `crontab(5)` of Debian's cron has it, and beyond that day `L` and
/// `LW`, weekday `FRIL` and `MON#2`. Where both days are restricted, that is where neither begins with `*`, either of
/// them suffices; otherwise both must match.
package struct CronExpression: Sendable, Hashable, CustomStringConvertible {
  /// Bit *n* stands for minute *n*; so for the hours.
  let minutes: UInt64
  let hours: UInt64
  /// Bit *n* stands for month *n*, from 1 on.
  let months: UInt64
  let days: DaysOfMonth
  let weekdays: DaysOfWeek
  /// Whether one of the days begins with `*`, so that both must match.
  let needsBothDays: Bool

  /// Whether it ticks at every real minute whose wall time matches, and not once for each wall time: where the minute
  /// or the hour begins with `*`. So `cron(8)` of Debian has it.
  package let followsClock: Bool
  /// The text, with one space between the fields; a nickname as it was.
  package let description: String

  /// The day-of-month field.
  struct DaysOfMonth: Hashable {
    /// Bit *n* stands for day *n*, from 1 on.
    var numbers: UInt64 = 0
    /// `L`: the last day of the month.
    var includesLast = false
    /// `LW`: the last Monday to Friday of the month.
    var includesLastWeekday = false
  }

  /// The day-of-week field.
  struct DaysOfWeek: Hashable {
    /// Bit *n* stands for weekday *n*, from Sunday, 0, on.
    var numbers: UInt64 = 0
    /// `5L`: the last such weekday of a month.
    var last: UInt64 = 0
    /// `MON#2`: bit *7 · (n - 1) + weekday*.
    var nth: UInt64 = 0
  }

  /// Reads an expression. Throws a clause that says what to write instead.
  package init(_ text: String) throws(CronFault) {
    let lines = text.utf8.split { $0 == 0x0A || $0 == 0x0D }
    guard lines.filter({ !$0.allSatisfy { $0 == 0x20 || $0 == 0x09 } }).count <= 1 else {
      throw CronFault("a cron line is one line; write several as a list")
    }
    var fields = text.utf8.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }.map { String(Substring($0)) }
    description = fields.joined(separator: " ")
    if fields.first?.hasPrefix("@") ?? false { fields = try CronFields.nickname(fields) }
    guard fields.count == 5 else { throw CronFields.wrongCount(fields) }

    minutes = try CronFields.minute.mask(fields[0])
    hours = try CronFields.hour.mask(fields[1])
    days = try CronFields.daysOfMonth(fields[2])
    months = try CronFields.month.mask(fields[3])
    weekdays = try CronFields.daysOfWeek(fields[4])
    needsBothDays = fields[2].hasPrefix("*") || fields[4].hasPrefix("*")
    followsClock = fields[0].hasPrefix("*") || fields[1].hasPrefix("*")
    // The calendar repeats after 400 years.
    guard (2_000..<2_400).contains(where: { year in (1...12).contains { days(inMonth: $0, of: year) != 0 } }) else {
      throw CronFault("\(quoted(description)) never comes: no date in 400 years matches; change the day or the month")
    }
  }
}

/// What is wrong with a line of cron: a clause that says what to write instead.
package struct CronFault: Error, Equatable {
  package let message: String

  init(_ message: String) {
    self.message = message
  }
}
