/// The grammar of cron's fields.
///
/// Numbers of two digits at most, names of months and weekdays in any case, lists, ranges, steps after `*` or a range.
/// What Quartz, Jenkins or robfig/cron write otherwise is refused with how it is written here.
enum CronFields {
  static let minute = CronField(title: "minute", low: 0, high: 59)
  static let hour = CronField(title: "hour", low: 0, high: 23)
  static let dayOfMonth = CronField(title: "day of month", low: 1, high: 31)
  static let month = CronField(
    title: "month", low: 1, high: 12,
    names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], firstName: 1)
  static let dayOfWeek = CronField(
    title: "day of week", low: 0, high: 7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], firstName: 0)

  private static let nicknames = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
  ]

  /// The fields that a nickname such as `@daily` stands for.
  static func nickname(_ words: [String]) throws(CronFault) -> [String] {
    let name = words[0].lowercased()
    switch name {
    case "@reboot": throw CronFault("'@reboot' is no time; write when, as in 0 7 * * *")
    case "@every":
      let duration = words.count == 2 ? words[1] : "15m"
      throw CronFault("'@every' is not cron; write an age instead, as in max_age: \(unquoted(duration))")
    default: break
    }
    guard words.count == 1, let line = nicknames[name] else {
      let known = "@yearly, @monthly, @weekly, @daily or @hourly"
      throw CronFault("\(quoted(words.joined(separator: " "))) means nothing; write \(known), or five fields")
    }
    return line.split(separator: " ").map(String.init)
  }

  static func wrongCount(_ fields: [String]) -> CronFault {
    let line = quoted(fields.joined(separator: " "))
    switch fields.count {
    case 0: return CronFault("the cron line is empty; write five fields such as 0 7 * * 1-5")
    case 6, 7:
      // Seconds come first, years last.
      let isYear = fields[fields.count - 1].utf8.count == 4 && Int(fields[fields.count - 1]) != nil
      let five = isYear ? fields.prefix(5) : fields.suffix(5)
      let advice = unquoted(five.joined(separator: " "))
      return CronFault(
        "\(line) has \(fields.count) fields; cron has neither seconds nor years: write \(advice)")
    default:
      let count = fields.count == 1 ? "1 field" : "\(fields.count) fields"
      return CronFault(
        "\(line) has \(count) instead of five; write minute, hour, day of month, month, day of week, as in 0 7 * * 1-5")
    }
  }

  static func daysOfMonth(_ text: String) throws(CronFault) -> CronExpression.DaysOfMonth {
    var days = CronExpression.DaysOfMonth()
    for term in terms(text) {
      switch term.uppercased() {
      case "L": days.includesLast = true
      case "LW": days.includesLastWeekday = true
      case let upper where upper.hasPrefix("L-") && upper.count > 2:
        throw CronFault("\(quoted(term)) is not known here; write L for the last day, or the days, as in 28-31")
      case let upper where upper.hasSuffix("W"):
        throw CronFault(
          "\(quoted(term)) is Quartz, not cron; write LW for the last Monday to Friday, or the day itself, as in 15")
      default: days.numbers |= try dayOfMonth.mask(ofTerm: term)
      }
    }
    return days
  }

  static func daysOfWeek(_ text: String) throws(CronFault) -> CronExpression.DaysOfWeek {
    var days = CronExpression.DaysOfWeek()
    for term in terms(text) {
      if let last = term.utf8.last, last | 0x20 == UInt8(ascii: "l") {
        let name = String(term.dropLast())
        guard !name.isEmpty else {
          throw CronFault("'L' needs a weekday here; write the last of them, as in FRIL or 5L")
        }
        days.last |= 1 << UInt64(try dayOfWeek.number(name, in: term) % 7)
      } else if let mark = term.firstIndex(of: "#") {
        let weekday = try dayOfWeek.number(String(term[..<mark]), in: term) % 7
        let number = String(term[term.index(after: mark)...])
        guard number.utf8.count == 1, let week = Int(number), (1...5).contains(week) else {
          throw CronFault("after # in \(quoted(term)) write one number from 1 to 5, as in MON#2 for the second Monday")
        }
        days.nth |= 1 << UInt64(7 * (week - 1) + weekday)
      } else {
        let mask = try dayOfWeek.mask(ofTerm: term)
        // 7 is Sunday as well.
        days.numbers |= mask & 0x7F | mask >> 7
      }
    }
    return days
  }

  static func terms(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}

/// One field: the numbers that it may hold, and their names.
struct CronField {
  let title: String
  let low: Int
  let high: Int
  var names: [String] = []
  var firstName = 0

  /// The numbers of a whole field; bit *n* stands for *n*.
  func mask(_ text: String) throws(CronFault) -> UInt64 {
    var mask: UInt64 = 0
    for term in CronFields.terms(text) { mask |= try self.mask(ofTerm: term) }
    return mask
  }

  /// The numbers of what stands between two commas.
  func mask(ofTerm term: String) throws(CronFault) -> UInt64 {
    guard !term.isEmpty else {
      throw CronFault("a comma in the \(title) has nothing on one side; write numbers on both, as in 1,15")
    }
    let halves = term.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let step = halves.count == 2 ? try self.step(halves[1], in: term) : 1
    let base = halves[0]
    let first: Int
    let last: Int
    if base == "*" {
      first = low
      // Sunday must not count twice in a step.
      last = high == 7 ? 6 : high
    } else if let dash = base.firstIndex(of: "-") {
      first = try number(String(base[..<dash]), in: term)
      last = try number(String(base[base.index(after: dash)...]), in: term)
      if last < first { throw backwards(base, first, last) }
    } else {
      first = try number(base, in: term)
      last = first
      if halves.count == 2 {
        throw CronFault("\(quoted(term)) has a step but no range; write \(first)-\(high)/\(step)")
      }
    }
    return stride(from: first, through: last, by: step).reduce(0) { $0 | 1 << UInt64($1) }
  }

  /// A number or a name.
  func number(_ text: String, in term: String) throws(CronFault) -> Int {
    if let index = names.firstIndex(of: text.uppercased()), text.utf8.count == 3 { return firstName + index }
    if text == "?" { throw CronFault("'?' in the \(title) is Quartz, not cron; write *") }
    let isJenkins = text.uppercased() == "H" || text.uppercased().hasPrefix("H(")
    if isJenkins { throw CronFault("'H' in the \(title) is Jenkins, not cron; write a number, as in \(max(low, 7))") }
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      var advice = "write a number from \(low) to \(high)"
      if !names.isEmpty { advice += ", or a name such as \(names[1])" }
      if let name = names.first(where: { text.uppercased().hasPrefix($0) }) { advice = "write \(name)" }
      throw CronFault("\(quoted(text.isEmpty ? term : text)) is no \(title); \(advice)")
    }
    guard text.utf8.count <= 2, let number = Int(text) else {
      throw CronFault("\(quoted(text)) has more than two digits; write a \(title) from \(low) to \(high)")
    }
    guard (low...high).contains(number) else {
      throw CronFault("\(number) is no \(title); write a number from \(low) to \(high)")
    }
    return number
  }

  private func step(_ text: String, in term: String) throws(CronFault) -> Int {
    guard !text.isEmpty, text.utf8.count <= 2, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let step = Int(text), (1...high).contains(step)
    else {
      throw CronFault("the step in \(quoted(term)) is not between 1 and \(high); write one such as */2")
    }
    return step
  }

  /// `22-6` is meant as the night: it is spelled as the numbers up to the end and those from the beginning on.
  private func backwards(_ range: String, _ first: Int, _ last: Int) -> CronFault {
    let end = high == 7 ? 6 : high
    let isNamed = range.utf8.contains { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
    func spelled(_ number: Int) -> String { isNamed ? names[number - firstName] : "\(number)" }
    func span(_ first: Int, _ last: Int) -> String {
      if isNamed || last - first < 2 { return (first...last).map(spelled).joined(separator: ",") }
      return "\(spelled(first))-\(spelled(last))"
    }
    guard first <= end else { return CronFault("the range \(quoted(range)) runs backwards; write \(last)-\(first)") }
    return CronFault(
      "the range \(quoted(range)) runs backwards; write \(span(first, end)),\(span(low, last))")
  }
}
