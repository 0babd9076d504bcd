"""What a file says of the data in it: the Factur-X description, put into the metadata of a PDF.

Programs find the data of an invoice by it. The page comes from typst with its own metadata; an update appended to the
file (as PDF has it) puts the same metadata with four more facts in their place. Rules: INVOICE-11.
"""

from __future__ import annotations

import re

_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_FACTS = (
    ("DocumentFileName", "The name of the embedded XML document", "factur-x.xml"),
    ("DocumentType", "The type of the hybrid document in capital letters", "INVOICE"),
    ("Version", "The version of the standard of the embedded XML document", "1.0"),
    ("ConformanceLevel", "The conformance level of the embedded XML document", "EN 16931"),
)
_METADATA = re.compile(rb"(\d+) 0 obj\s*<<[^>]*/Type\s*/Metadata[^>]*>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*\Z", re.DOTALL)
_END = b"</rdf:RDF>"
_SCHEMAS = b"</rdf:Bag></pdfaExtension:schemas>"
"""PDF/A has one list of the schemas that it does not know."""


def with_description(page: bytes) -> bytes:
    """Return a PDF whose metadata say that it holds an invoice of EN 16931 as `factur-x.xml`."""
    found, trailer = list(_METADATA.finditer(page)), _TRAILER.search(page)
    assert found, "typst writes its metadata as they are"
    assert trailer, "typst writes a table of references"
    number, packet = found[-1].groups()
    assert _END in packet, "metadata are RDF"
    assert packet.count(_SCHEMAS) == 1, "typst describes its own properties"
    described = packet.replace(_SCHEMAS, _schema().encode() + _SCHEMAS).replace(_END, _values().encode() + _END)
    start = len(page)
    update = b"%s 0 obj\n<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream\nendobj\n"
    update = update % (number, len(described), described)
    table = b"xref\n%s 1\n%010d 00000 n \n" % (number, start)
    facts = re.sub(rb"/Prev\s+\d+", b"", trailer[1])
    end = b"trailer\n<<%s/Prev %s>>\nstartxref\n%d\n%%%%EOF\n" % (facts, trailer[2], start + len(update))
    return page + update + table + end


def _schema() -> str:
    """Describe the facts, as PDF/A asks of what it does not know."""
    properties = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>'
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{about}</pdfaProperty:description></rdf:li>"
        for name, about, _ in _FACTS
    )
    return (
        '<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI><pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )


def _values() -> str:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, _, value in _FACTS)
    return f'<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">{values}</rdf:Description>'
