import random, collections, time
from agrimarket.regions.service import places
from agrimarket.regions.variants import traditional
from tests.factories import regions as factory
from seeds.latin import stem_of, in_pinyin
def test_eval(region_session):
    rnd=random.Random(5)
    t={r.code:r for r in factory.tree()}
    grp=lambda r: r.parent_code and r.full_name==t[r.parent_code].full_name
    cs=[r for r in t.values() if r.level=='county' and not grp(r) and not ('71'<=r.code[4:]<'81') and not grp(t[r.parent_code])]
    snd={}
    import csv
    for row in csv.DictReader(open('agrimarket/regions/data/sounds.csv')):
        for c in row['characters']: snd[c]=row['characters']
    common=[c for l in snd.values() for c in l[:3]]
    def homo(s):
        i=rnd.randrange(len(s)-1); o=[c for c in snd.get(s[i],s[i])[:12] if c!=s[i]] or [s[i]]; return s[:i]+rnd.choice(o)+s[i+1:]
    def wrong(s):
        i=rnd.randrange(len(s)-1); return s[:i]+rnd.choice(common)+s[i+1:]
    def miss(s):
        i=rnd.randrange(len(s)); return s[:i]+s[i+1:]
    res=collections.OrderedDict(); times=[]
    def ask(kind,typed,code):
        a=time.perf_counter(); f=[x.region.code for x in places.find(region_session,typed,5)]; times.append((time.perf_counter()-a,typed))
        k=res.setdefault(kind,[0,0,0,[]]); k[2]+=1; k[0]+=f[:1]==[code]; k[1]+=code in f
        if f[:1]!=[code]: k[3].append((typed,[t[c].full_name for c in f[:3]],t[code].full_name))
    for r in rnd.sample(cs,250):
        p=t[r.parent_code]; v=t[r.code[:2]+'0000']
        ps,rs,vs=stem_of(p.name),stem_of(r.name),stem_of(v.name)
        rs2=rs if len(rs)>1 else r.name
        ask('city+short',ps+rs2,r.code)
        ask('prov+name',vs+r.name,r.code)
        ask('name+city',r.name+p.name,r.code)
        ask('trad',traditional(p.name+r.name),r.code)
        ask('full+street',r.full_name+rnd.choice(['人民路1号','解放街道','城关镇东街村','中山大道西12号','新华小区3栋']),r.code)
        ask('city+short+street',ps+rs2+rnd.choice(['人民路1号','解放街道','城关镇东街村','中山西路','建设花园']),r.code)
        ask('latin city',r.latin.split(',')[0]+', '+p.latin.split(',')[0],r.code)
        ask('latin full',r.latin,r.code)
        ask('latin joined',(in_pinyin(p.name)+in_pinyin(r.name)).lower().replace("'",''),r.code)
        ask('latin spaced',(in_pinyin(p.name)+' '+in_pinyin(r.name)).lower(),r.code)
        l=in_pinyin(r.name).lower().replace("'",''); 
        if len(l)>4: ask('latin typo+city',in_pinyin(p.name).lower()+' '+miss(l),r.code)
        ask('homophone in city+name',p.name+homo(r.name),r.code)
        ask('wrong in city+name',p.name+wrong(r.name),r.code)
        ask('missing in city+name',p.name+miss(r.name),r.code)
        ask('wrong city',wrong(p.name)+r.name,r.code)
        ask('homo short',ps+homo(rs2+'x')[:-1],r.code)
    for r in [x for x in t.values() if x.level=='prefecture' and not grp(x)]:
        s=stem_of(r.name)
        ask('P short',s,r.code); ask('P name',r.name,r.code); ask('P latin',r.latin.split(',')[0],r.code)
        ask('P homo',homo(s+'x')[:-1],r.code); ask('P wrong name',wrong(r.name),r.code)
        l=in_pinyin(r.name).lower().replace("'",''); ask('P latin miss',miss(l),r.code)
    for k,(a,b,n,m) in res.items():
        print(k,a,b,n); [print('    ',x) for x in m[:14]]
    times.sort(); print('median',times[len(times)//2][0],'p99',times[-len(times)//100],'max',times[-1])
    print('slow',times[-5:])
