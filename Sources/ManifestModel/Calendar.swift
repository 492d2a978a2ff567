/// The proleptic Gregorian calendar, as Python's `datetime` counts it.
package enum Calendar {
  /// How many days a month has, 28 to 31.
  @inline(__always)
  package static func days(inMonth month: Int, of year: Int) -> Int {
    guard month == 2 else { return 30 + ((month + (month >> 3)) & 1) }
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  }

  /// The days from 1970-01-01 to a date; negative before it.
  ///
  /// The year is taken to begin in March, so that the leap day is its last day and the lengths of the months before
  /// follow one linear rule.
  @inline(__always)
  package static func days(from year: Int, _ month: Int, _ day: Int) -> Int {
    // Shifted by 400 years, so that divisions meet no negative number in the years 0 to 9999.
    let years = year + (month > 2 ? 400 : 399)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return years * 365 + years / 4 - years / 100 + years / 400 + dayOfYear - daysToEpoch
  }

  /// The year, month and day that lie some days after 1970-01-01.
  package static func date(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + daysToEpoch
    let era = shifted >= 0 ? shifted / daysPerEra : (shifted - daysPerEra + 1) / daysPerEra
    let dayOfEra = shifted - era * daysPerEra
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = era * 400 + yearOfEra - 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  /// The days of 400 years, after which the calendar repeats.
  private static let daysPerEra = 146_097
  /// The days from the first of March of the year -400 to 1970-01-01.
  private static let daysToEpoch = 719_468 + daysPerEra
}
