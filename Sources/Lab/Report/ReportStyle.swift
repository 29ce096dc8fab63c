/// The looks of the report: one column of sections, light or dark as the reader's system is.
enum ReportStyle {
    static let css = """
        :root{--page:#f6f5f1;--card:#fff;--ink:#20241f;--soft:#666e63;--line:#e2e1d9;--track:#eceae2;--bar:#3f6f5b;--pale:#b9cabf;--bad:#b42318}
        @media(prefers-color-scheme:dark){:root{--page:#141714;--card:#1d211d;--ink:#e9ece6;--soft:#9aa497;--line:#31372f;--track:#2a2f29;--bar:#7fb89c;--pale:#46594e;--bad:#ff8a80}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:78rem;padding:2.5rem clamp(1rem,4vw,3rem) 4rem;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        h1{font-size:clamp(1.7rem,4vw,2.5rem);line-height:1.15;letter-spacing:-.02em;margin:.1em 0 .4em}
        h2{font-size:1.05rem;margin:0 0 1rem}
        code{font:.95em ui-monospace,Menlo,Consolas,monospace}
        .kicker{margin:0;color:var(--soft);font-size:.9rem}
        .note{max-width:46rem;margin:0 0 1.5rem;color:var(--soft)}
        section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.4rem clamp(1rem,2.5vw,1.8rem);margin-top:1.25rem}
        dl,dd,dt,ol,ul,figure{margin:0;padding:0}
        ol,ul{list-style:none}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem}
        .tiles div{display:flex;flex-direction:column;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1rem 1.2rem}
        .tiles dd{font-size:1.7rem;font-weight:650;letter-spacing:-.02em;line-height:1.2;font-variant-numeric:tabular-nums}
        .tiles dt{color:var(--soft);font-size:.85rem}
        .track{display:block;flex:1;min-width:0;height:.7rem;border-radius:4px;background:var(--track);overflow:hidden}
        .track i{display:block;height:100%;border-radius:4px;background:var(--bar)}
        .waiting .track i{background:var(--pale)}
        .bars li{display:flex;align-items:center;gap:.9rem;padding:.2rem 0}
        .bars .name{flex:0 1 16rem;width:32%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
        .bars b{min-width:2.5rem;text-align:right;font-weight:600;font-variant-numeric:tabular-nums}
        .scroll{overflow-x:auto}
        table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
        th,td{padding:.4rem .9rem .4rem 0;text-align:right;white-space:nowrap;border-top:1px solid var(--line);font-weight:400}
        thead th{border:0;color:var(--soft);font-size:.82rem}
        th:first-child{text-align:left}
        .share{width:34%;min-width:6rem;padding-right:0}
        .empty{margin:.9rem 0 0;color:var(--soft);font-size:.88rem}
        .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .switch{display:inline-flex;gap:.5rem;align-items:center;margin:-.4rem 0 1rem;color:var(--soft);font-size:.9rem;cursor:pointer}
        .switch input{accent-color:var(--bar)}
        .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),1fr));gap:1.6rem 1.4rem;align-items:start}
        .gallery.wide{grid-template-columns:minmax(0,1fr);gap:2.2rem}
        figure svg,.missing{display:block;width:100%;height:auto;border-radius:8px;background:var(--track)}
        .missing{display:grid;place-items:center;min-height:7rem;color:var(--soft);font-size:.9rem;border:1px dashed var(--line)}
        figure rect{fill:none;stroke-width:1.8;vector-effect:non-scaling-stroke}
        figure rect.under{stroke:#0006;stroke-width:3.2}
        figure g:hover rect:last-of-type{fill:#fff3}
        figure text{fill:#fff;stroke:#000c;stroke-width:.22em;stroke-linejoin:round;paint-order:stroke;font-weight:600}
        .switch:has(:not(:checked))~.gallery text{display:none}
        figcaption{margin-top:.6rem}
        figcaption strong{font-weight:600;overflow-wrap:anywhere;margin-right:.6rem}
        .count{color:var(--soft);font-size:.9rem}
        .chips{display:flex;flex-wrap:wrap;gap:.3rem .9rem;margin-top:.25rem;font-size:.86rem;color:var(--soft)}
        .chips li{overflow-wrap:anywhere}
        .chips i{display:inline-block;width:.65em;height:.65em;border-radius:3px;margin-right:.45em}
        .error{margin:.25rem 0 0;color:var(--bad);overflow-wrap:anywhere}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 1.25rem}
        .facts div{display:flex;justify-content:space-between;gap:1.5rem;padding:.3rem 0;border-top:1px solid var(--line);font-size:.92rem}
        .facts div:first-child{border:0}
        .facts dt{color:var(--soft)}
        .facts dd{text-align:right;overflow-wrap:anywhere}
        @media(max-width:40rem){body{padding-top:1.5rem}figure text,.switch{display:none}.share{display:none}.bars .name{width:44%}.tiles{grid-template-columns:1fr 1fr}}
        @media print{body{background:#fff}section,figure{break-inside:avoid}}
        """
}
