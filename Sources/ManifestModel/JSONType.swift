/// The type of a JSON value.
package enum JSONType: UInt8, BitwiseCopyable {
  case object, array, text, number, `true`, `false`, null

  /// The type with its article, for messages.
  var phrase: StaticString {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .text: "a text"
    case .number: "a number"
    case .true: "true"
    case .false: "false"
    case .null: "null"
    }
  }
}
