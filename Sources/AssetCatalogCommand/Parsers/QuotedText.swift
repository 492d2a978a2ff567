/// A text in quotes, safe for a terminal, and cut where it is long.
func quoted(_ text: String) -> String {
  "'\(DisplayWidth.shortened(HazardousText.visible(text), to: 80))'"
}

/// The path of a file of which a sentence speaks: one without its end would name no file.
func quoted(path: String) -> String {
  "'\(DisplayWidth.shortened(HazardousText.visible(path), to: 512))'"
}
