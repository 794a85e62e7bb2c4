(function(){
var D=document,b=D.body,d=b.dataset,N=navigator,$=function(i){return D.getElementById(i)},q=$('qr'),h=$('help'),m=$('moved'),c=$('copy'),sent={},born=Date.now(),gone=0,since=0,seen=0,T,x,y
function vis(){return D.visibilityState!=='hidden'}
function send(k){
if(!d.scan||sent[k])return
sent[k]=1
var t='k='+k+'&s='+d.scan+'&c='+d.slug
if(N.sendBeacon&&N.sendBeacon(d.beacon,t))return
var r=new XMLHttpRequest();r.open('POST',d.beacon);r.send(t)}
function look(){
if(!vis())return seen=0
if(seen++)send('view')
if(q&&q.complete&&q.naturalWidth&&seen>1){
var r=q.getBoundingClientRect()
if(r.top>=0&&r.bottom<=innerHeight+8){send('shown');since=since||Date.now()}}
if(h&&since&&Date.now()-since>9e4&&!sent.nudge){sent.nudge=1;h.open=true}}
setInterval(look,400)
function press(){send('press');since=Date.now();sent.nudge=0}
if(q){
q.addEventListener('touchstart',function(e){var t=e.touches[0];x=t.clientX;y=t.clientY;clearTimeout(T);T=setTimeout(press,500)},{passive:true})
q.addEventListener('touchmove',function(e){var t=e.touches[0];if(Math.abs(t.clientX-x)+Math.abs(t.clientY-y)>10)clearTimeout(T)},{passive:true})
q.addEventListener('touchend',function(){clearTimeout(T)})
q.addEventListener('contextmenu',press)}
if(h)h.addEventListener('toggle',function(){if(h.open)send('help')})
function again(){location.replace(location.href)}
D.addEventListener('visibilitychange',function(){
if(!vis()){gone=Date.now();return}
if(gone)send('back')
if(d.scan&&Date.now()-Math.max(gone,born)>6e4)again()})
addEventListener('pageshow',function(e){if(e.persisted)again()})
try{
var s=sessionStorage,k='tm'+d.slug,o=s.getItem(k)
if(m&&d.name){if(o&&o!==d.name)m.hidden=false;s.setItem(k,d.name)}}catch(e){}
if(c&&N.clipboard){c.hidden=false
c.addEventListener('click',function(){N.clipboard.writeText(d.self).then(function(){c.textContent=c.dataset.done})})}
})()
