import AssetCatalog
import ManifestModel

/// One value of a row, before a form has given it a spelling.
///
/// People and programs read the same value differently: a span is `3d 4h` in a table and a number of seconds in JSON.
enum Cell: Sendable {
  case null
  case text(String)
  /// A text with a remark that only people read.
  case remarked(String?, remark: String)
  /// A word that programs read, and what people read in its place.
  case worded(String?, human: String)
  case integer(Int64)
  case real(Double)
  case flag(Bool)
  case time(Timestamp)
  /// Microseconds; programs read seconds.
  case span(Int64)
  /// Microseconds that are left, or are owed if less than 0; programs read seconds.
  case balance(Int64)
  /// A share of which people read the percentage, cut to its hundredths: never more than there is.
  case share(Double)
  /// A share that somebody aims at, in millionths at least, of which people read all digits.
  case goal(Double)
  /// Milliseconds; programs read them as they are.
  case milliseconds(Int64)
  /// Counts by name, in a decided order.
  case counts([(key: String, count: Int)])
  case texts([String])
  case record([Field])
  case records([[Field]])

  /// A value with its key, inside a record.
  struct Field: Sendable {
    let key: String
    let value: Cell

    init(_ key: String, _ value: Cell) {
      self.key = key
      self.value = value
    }
  }
}

extension Cell {
  static func text(_ text: String?) -> Cell { text.map { .text($0) } ?? .null }
  /// A text that rests on the last good values of a file that cannot be read now, if it does.
  static func text(_ text: String?, isLastGood: Bool) -> Cell {
    isLastGood ? .remarked(text, remark: "last good") : .text(text)
  }
  static func time(_ time: Timestamp?) -> Cell { time.map { .time($0) } ?? .null }
  static func span(_ microseconds: Int64?) -> Cell { microseconds.map { .span($0) } ?? .null }
  static func balance(_ microseconds: Int64?) -> Cell { microseconds.map { .balance($0) } ?? .null }
  static func share(_ share: Double?) -> Cell { share.map { .share($0) } ?? .null }
  static func goal(_ share: Double?) -> Cell { share.map { .goal($0) } ?? .null }
  static func milliseconds(_ count: Int64?) -> Cell { count.map { .milliseconds($0) } ?? .null }
  static func integer(_ number: Int64?) -> Cell { number.map { .integer($0) } ?? .null }
  static func integer(_ number: Int) -> Cell { .integer(Int64(number)) }
  static func real(_ number: Double?) -> Cell { number.map { .real($0) } ?? .null }
}
