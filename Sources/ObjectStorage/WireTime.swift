internal import ManifestModel

/// Moments as S3 spells them, in seconds since 1970-01-01T00:00:00Z.
enum WireTime {
  /// `20130524T000000Z`, as signatures have it.
  static func compact(_ seconds: Int64) -> String {
    let (days, second) = split(seconds)
    let date = Calendar.date(fromDays: days)
    var digits: [UInt8] = []
    func put(_ number: Int, _ count: Int) {
      var scale = 1
      for _ in 1..<count { scale *= 10 }
      while scale > 0 {
        digits.append(UInt8(ascii: "0") + UInt8(number / scale % 10))
        scale /= 10
      }
    }
    put(date.year, 4)
    put(date.month, 2)
    put(date.day, 2)
    digits.append(UInt8(ascii: "T"))
    put(second / 3600, 2)
    put(second / 60 % 60, 2)
    put(second % 60, 2)
    digits.append(UInt8(ascii: "Z"))
    return String(decoding: digits, as: UTF8.self)
  }

  /// `2009-10-12T17:50:30.000Z`, as documents have it; a fraction is cut off.
  static func seconds(ofDocument text: [UInt8]) -> Int64? {
    guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
      text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " "), text[13] == UInt8(ascii: ":"),
      text[16] == UInt8(ascii: ":"),
      let year = number(text[0..<4]), let month = number(text[5..<7]), let day = number(text[8..<10]),
      let hour = number(text[11..<13]), let minute = number(text[14..<16]), let second = number(text[17..<19])
    else { return nil }
    var rest = text[19...]
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard let first = rest.first, isDigit(first) else { return nil }
      rest = rest.drop(while: isDigit)
    }
    guard rest.elementsEqual("Z".utf8) || rest.elementsEqual("+00:00".utf8) else { return nil }
    return seconds(year, month, day, hour, minute, second)
  }

  /// `Wed, 12 Oct 2009 17:50:30 GMT`, as headers have it.
  static func seconds(ofHeader text: [UInt8]) -> Int64? {
    let words = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: true)
    guard words.count == 6, words[5].elementsEqual("GMT".utf8) || words[5].elementsEqual("UTC".utf8),
      let month = months.firstIndex(where: { words[2].elementsEqual($0.utf8) }),
      let day = number(words[1]), let year = number(words[3])
    else { return nil }
    let clock = words[4].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard clock.count == 3, let hour = number(clock[0]), let minute = number(clock[1]), let second = number(clock[2])
    else { return nil }
    return seconds(year, month + 1, day, hour, minute, second)
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func seconds(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int)
    -> Int64?
  {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Calendar.days(inMonth: month, of: year)).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    return Int64(Calendar.days(from: year, month, day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  private static func split(_ seconds: Int64) -> (days: Int, second: Int) {
    let second = (seconds % 86_400 + 86_400) % 86_400
    return (Int((seconds - second) / 86_400), Int(second))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...4).contains(digits.count), digits.allSatisfy(isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}
