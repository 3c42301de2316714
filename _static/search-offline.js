// A page opened from the file system may not read others, so the search shows titles without excerpts there.
if (window.location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}
