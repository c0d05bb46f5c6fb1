"""Which of five topics, or of the company's own, a support ticket speaks of; `scorer` is what `scoring.run` calls.

Rules (`rules.yml`) and typical sentences (`prototypes.yml`) vote. Where they agree on a ticket of the company, a
classifier learns from it, and from what people have corrected. Texts in a language that is not understood are said
to be so. Nothing is downloaded: the word vectors lie in a package of the lock.
"""
