/// The spelling of a number in a document.
package struct JSONNumber: BitwiseCopyable {
  package enum Kind: UInt8, BitwiseCopyable {
    /// Without point and exponent: Python makes an `int` of it.
    case whole
    /// With point or exponent: Python makes a `float` of it.
    case fractional
    /// `NaN` or an infinity.
    case notFinite
  }

  let start: UnsafePointer<UInt8>
  let count: Int
  package let kind: Kind

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

  /// The number, if it was spelled as a whole number and fits.
  var integer: Int64? {
    guard kind == .whole else { return nil }
    let isNegative = start.pointee == UInt8(ascii: "-")
    var value: Int64 = 0
    for index in (isNegative ? 1 : 0)..<count {
      let digit = Int64(start[index] &- UInt8(ascii: "0"))
      let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
      // Negative from the start, since Int64.min has no positive counterpart.
      let (sum, carried) =
        isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflowed || carried { return nil }
      value = sum
    }
    return value
  }

  /// The number as Python's `float` reads it; an infinity where it is too large.
  var double: Double {
    if kind == .notFinite { return .nan }
    return Double(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)) ?? .nan
  }
}
