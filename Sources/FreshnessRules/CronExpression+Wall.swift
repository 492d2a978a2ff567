internal import ManifestModel

/// The walk through wall time, in minutes since 1970-01-01T00:00 on the wall.
extension CronExpression {
  /// The days of a month that match: bit *n* stands for day *n*, from 1 on.
  func days(inMonth month: Int, of year: Int) -> UInt64 {
    guard months >> UInt64(month) & 1 != 0 else { return 0 }
    let count = UInt64(Calendar.days(inMonth: month, of: year))
    let all: UInt64 = (1 << count - 1) << 1
    // 1970-01-01 was a Thursday.
    let firstWeekday = UInt64(((Calendar.days(from: year, month, 1) + 4) % 7 + 7) % 7)

    var byNumber = days.numbers
    if days.includesLast { byNumber |= 1 << count }
    if days.includesLastWeekday {
      let weekday = (firstWeekday + count - 1) % 7
      byNumber |= 1 << (count - (weekday == 0 ? 2 : weekday == 6 ? 1 : 0))
    }
    var byWeekday = Self.spread(weekdays.numbers, firstWeekday)
    if weekdays.last != 0 { byWeekday |= Self.spread(weekdays.last, firstWeekday) & ~(1 << (count - 6) - 1) }
    if weekdays.nth != 0 {
      for week in 0..<UInt64(5) {
        let bits = weekdays.nth >> (7 * week) & 0x7F
        byWeekday |= Self.spread(bits, firstWeekday) & 0xFE << (7 * week)
      }
    }
    return (needsBothDays ? byNumber & byWeekday : byNumber | byWeekday) & all
  }

  /// The days from 1 to 35 that fall on some weekdays, in a month that begins on a weekday.
  private static func spread(_ weekdays: UInt64, _ firstWeekday: UInt64) -> UInt64 {
    let fromFirst = (weekdays >> firstWeekday | weekdays << (7 - firstWeekday)) & 0x7F
    // Five weeks side by side; bit 1 is day 1.
    return (fromFirst &* 0x1020_4081) << 1
  }

  /// The first matching minute in a range; `nil` where there is none.
  func firstMinute(in range: Range<Int64>) -> Int64? {
    guard !range.isEmpty else { return nil }
    var day = range.lowerBound.flooredQuotient(1_440)
    if let minute = firstMinute(ofDay: Int(range.lowerBound - day * 1_440)), contains(day: day) {
      let found = day * 1_440 + Int64(minute)
      return found < range.upperBound ? found : nil
    }
    day += 1
    var (year, month, dayOfMonth) = Calendar.date(fromDays: Int(day))
    while true {
      let first = Int64(Calendar.days(from: year, month, 1))
      guard first * 1_440 < range.upperBound else { return nil }
      let left = days(inMonth: month, of: year) & ~(1 << UInt64(dayOfMonth) - 1)
      if left != 0 {
        let found = (first + Int64(left.trailingZeroBitCount) - 1) * 1_440 + Int64(firstMinute(ofDay: 0) ?? 0)
        return found < range.upperBound ? found : nil
      }
      dayOfMonth = 1
      month += 1
      if month > 12 { (year, month) = (year + 1, 1) }
    }
  }

  /// The last matching minute in a range; `nil` where there is none.
  func lastMinute(in range: Range<Int64>) -> Int64? {
    guard !range.isEmpty else { return nil }
    var day = (range.upperBound - 1).flooredQuotient(1_440)
    if let minute = lastMinute(ofDay: Int(range.upperBound - 1 - day * 1_440)), contains(day: day) {
      let found = day * 1_440 + Int64(minute)
      return found >= range.lowerBound ? found : nil
    }
    day -= 1
    var (year, month, dayOfMonth) = Calendar.date(fromDays: Int(day))
    while true {
      let first = Int64(Calendar.days(from: year, month, 1))
      guard (first + 31) * 1_440 > range.lowerBound else { return nil }
      let left = days(inMonth: month, of: year) & (1 << UInt64(dayOfMonth + 1) - 1)
      if left != 0 {
        let found = (first + 62 - Int64(left.leadingZeroBitCount)) * 1_440 + Int64(lastMinute(ofDay: 1_439) ?? 0)
        return found >= range.lowerBound ? found : nil
      }
      dayOfMonth = 31
      month -= 1
      if month < 1 { (year, month) = (year - 1, 12) }
    }
  }

  /// Whether a day, counted from 1970-01-01, matches.
  private func contains(day: Int64) -> Bool {
    let (year, month, dayOfMonth) = Calendar.date(fromDays: Int(day))
    return days(inMonth: month, of: year) >> UInt64(dayOfMonth) & 1 != 0
  }

  /// The first matching minute of a day that is not before this one; `nil` where there is none.
  private func firstMinute(ofDay minute: Int) -> Int? {
    let hour = minute / 60
    if hours >> UInt64(hour) & 1 != 0 {
      let left = minutes >> UInt64(minute % 60)
      if left != 0 { return minute + left.trailingZeroBitCount }
    }
    let later = hours >> UInt64(hour + 1)
    return later == 0 ? nil : (hour + 1 + later.trailingZeroBitCount) * 60 + minutes.trailingZeroBitCount
  }

  /// The last matching minute of a day that is not after this one; `nil` where there is none.
  private func lastMinute(ofDay minute: Int) -> Int? {
    let hour = minute / 60
    if hours >> UInt64(hour) & 1 != 0 {
      let left = minutes << UInt64(63 - minute % 60)
      if left != 0 { return minute - left.leadingZeroBitCount }
    }
    let earlier = hours & (1 << UInt64(hour) - 1)
    return earlier == 0
      ? nil : (63 - earlier.leadingZeroBitCount) * 60 + 63 - minutes.leadingZeroBitCount
  }
}
