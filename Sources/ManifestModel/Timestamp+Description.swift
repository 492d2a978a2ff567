extension Timestamp: CustomStringConvertible {
  /// `2024-01-02T00:00:00Z`, or with exactly six fractional digits when the microseconds are not zero.
  ///
  /// So mad_prefect prints times, and so the index spells them. A moment outside the years 1 to 9999, which no manifest
  /// can hold, is spelled with a sign and as many digits of the year as it takes.
  public var description: String {
    String(unsafeUninitializedCapacity: Self.longestText) { write(to: UnsafeMutableRawBufferPointer($0)) }
  }

  /// No moment takes more bytes than this.
  package static let longestText = 40

  /// Writes the text of the moment, and gives the number of its bytes; the room must hold ``longestText``.
  package func write(to room: UnsafeMutableRawBufferPointer) -> Int {
    var (seconds, fraction) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    if fraction < 0 {
      fraction += 1_000_000
      seconds -= 1
    }
    var (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
    if second < 0 {
      second += 86_400
      days -= 1
    }
    let date = Calendar.date(fromDays: Int(days))
    var count = 0
    func put(_ byte: UInt8) {
      room[count] = byte
      count += 1
    }
    func put(_ number: Int, digits: Int) {
      var rest = number
      for index in stride(from: count + digits - 1, through: count, by: -1) {
        room[index] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      }
      count += digits
    }
    if (1...9_999).contains(date.year) {
      put(date.year, digits: 4)
    } else {
      put(UInt8(ascii: date.year < 0 ? "-" : "+"))
      put(abs(date.year), digits: 6)
    }
    put(UInt8(ascii: "-"))
    put(date.month, digits: 2)
    put(UInt8(ascii: "-"))
    put(date.day, digits: 2)
    put(UInt8(ascii: "T"))
    put(Int(second) / 3_600, digits: 2)
    put(UInt8(ascii: ":"))
    put(Int(second) / 60 % 60, digits: 2)
    put(UInt8(ascii: ":"))
    put(Int(second) % 60, digits: 2)
    if fraction != 0 {
      put(UInt8(ascii: "."))
      put(Int(fraction), digits: 6)
    }
    put(UInt8(ascii: "Z"))
    return count
  }
}
