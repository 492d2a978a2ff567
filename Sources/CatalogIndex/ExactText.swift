internal import ManifestModel

/// A text that is equal to another of the same bytes, and to no other.
///
/// Swift's own equality takes two spellings of a letter for one: a change of a file from the one to the other would be
/// none. As a wrapper of a property it makes the equality right that Swift derives for a type, which forgets no
/// property.
@propertyWrapper
package struct ExactText: Equatable, Sendable {
  package var wrappedValue: String?

  package init(wrappedValue: String?) { self.wrappedValue = wrappedValue }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    left.wrappedValue.hasSameBytes(as: right.wrappedValue)
  }
}
