/// Why a text that the caller gave cannot be read: a clause that quotes it and says what to write instead.
package struct TextError: Error, Equatable {
  package let message: String

  package init(_ message: String) {
    self.message = message
  }
}
